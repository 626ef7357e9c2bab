// What programs in Java commonly ask of the kernel: threads, sockets, files, mappings, children, collectors.
import java.io.*;
import java.net.*;
import java.nio.channels.FileChannel;
import java.nio.file.*;
import java.security.SecureRandom;
import java.util.*;
import java.util.concurrent.*;

public class Work {
    static void check(boolean condition, String what) {
        if (!condition) throw new IllegalStateException(what);
    }

    public static void main(String[] arguments) throws Exception {
        var pool = Executors.newFixedThreadPool(8);
        check(pool.submit(() -> 7).get() == 7, "threads");
        pool.shutdown();
        try (var listener = new ServerSocket(0, 4, InetAddress.getLoopbackAddress());
             var client = new Socket(listener.getInetAddress(), listener.getLocalPort());
             var server = listener.accept()) {
            server.getOutputStream().write("hello".getBytes());
            check(new String(client.getInputStream().readNBytes(5)).equals("hello"), "sockets");
        }
        Path file = Files.createTempFile(Path.of("/tmp"), "work", ".txt");
        Files.writeString(file, "abc");
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            check(channel.map(FileChannel.MapMode.READ_WRITE, 0, 3).get(0) == 'a', "mappings");
            channel.force(true);
        }
        Files.delete(file);
        var child = new ProcessBuilder("/bin/echo", "child").start();
        check(new String(child.getInputStream().readAllBytes()).equals("child\n") && child.waitFor() == 0, "children");
        new SecureRandom().nextBytes(new byte[32]);
        var held = new ArrayList<byte[]>();
        for (int i = 0; i < 64; i++) held.add(new byte[1 << 20]);
        System.gc();
        Thread.sleep(1);
        System.out.println("done");
    }
}
