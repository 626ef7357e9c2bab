# What programs in Ruby commonly ask of the kernel: threads, sockets, files, children, random numbers.
require "socket"
require "tempfile"
require "securerandom"
require "open3"

results = Queue.new
8.times.map { |number| Thread.new { results << number } }.each(&:join)
raise "threads" unless results.size == 8

listener = TCPServer.new("127.0.0.1", 0)
server = Thread.new { listener.accept.tap { |connection| connection.write("hello"); connection.close } }
raise "sockets" unless TCPSocket.new("127.0.0.1", listener.addr[1]).read == "hello"
server.join

Tempfile.create("work") do |file|
  file.write("abc")
  file.fsync
  raise "files" unless File.read(file.path) == "abc"
end
output, status = Open3.capture2("/bin/echo", "child")
raise "children" unless output == "child\n" && status.success?
reader, writer = IO.pipe
pid = fork { writer.write("forked"); exit!(0) }
Process.wait(pid)
writer.close
raise "fork" unless reader.read == "forked"
Signal.trap("USR1") { results << :signalled }
Process.kill("USR1", Process.pid)
sleep 0.01
SecureRandom.hex(32)
GC.start
puts "done"
