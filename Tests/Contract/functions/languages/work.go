// What programs in Go commonly ask of the kernel: goroutines on many threads, the network poller, files, children,
// timers, a collection of garbage.
package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	var all sync.WaitGroup
	for i := 0; i < 64; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			runtime.LockOSThread()
			time.Sleep(time.Millisecond)
		}()
	}
	all.Wait()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("hello")) }))
	answer, err := http.Get("http://" + listener.Addr().String())
	check(err)
	body, err := io.ReadAll(answer.Body)
	check(err)
	if string(body) != "hello" {
		os.Exit(1)
	}
	file, err := os.CreateTemp("/tmp", "work")
	check(err)
	_, err = file.WriteString("abc")
	check(err)
	check(file.Sync())
	check(os.Rename(file.Name(), file.Name()+"-renamed"))
	output, err := exec.Command("/bin/echo", "child").Output()
	check(err)
	if string(output) != "child\n" {
		os.Exit(1)
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	check(syscall.Kill(os.Getpid(), syscall.SIGUSR1))
	<-signals
	_, err = rand.Read(make([]byte, 32))
	check(err)
	held := make([][]byte, 0)
	for i := 0; i < 64; i++ {
		held = append(held, make([]byte, 1<<20))
	}
	runtime.GC()
	runtime.KeepAlive(held)
	fmt.Println("done")
}
