// What programs in Rust commonly ask of the kernel: threads, sockets, files, children, time.
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::{fs, thread, time};

fn main() -> std::io::Result<()> {
    let counted = Arc::new(Mutex::new(0));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let counted = Arc::clone(&counted);
            thread::spawn(move || *counted.lock().unwrap() += 1)
        })
        .collect();
    for each in threads {
        each.join().unwrap();
    }
    assert_eq!(*counted.lock().unwrap(), 8);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    client.set_read_timeout(Some(time::Duration::from_secs(5)))?;
    let (mut server, _) = listener.accept()?;
    server.write_all(b"hello")?;
    let mut text = [0; 5];
    client.read_exact(&mut text)?;
    assert_eq!(&text, b"hello");
    let (mut one, mut other) = UnixStream::pair()?;
    one.write_all(b"x")?;
    other.read_exact(&mut text[..1])?;
    fs::create_dir_all("/tmp/tree/deep")?;
    let mut file = fs::File::create("/tmp/tree/deep/file")?;
    file.write_all(b"abc")?;
    file.sync_all()?;
    fs::copy("/tmp/tree/deep/file", "/tmp/tree/copy")?;
    assert_eq!(fs::read("/tmp/tree/copy")?, b"abc");
    fs::remove_dir_all("/tmp/tree")?;
    assert_eq!(Command::new("/bin/echo").arg("child").output()?.stdout, b"child\n");
    thread::sleep(time::Duration::from_millis(1));
    println!("done");
    Ok(())
}
