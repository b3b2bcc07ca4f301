//go:build unix

package need

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A RedisServer is a server of the test's own at 127.0.0.1. It keeps nothing on
// the disk.
type RedisServer struct {
	// Addr is host:port.
	Addr string

	program string
	args    []string
	process *exec.Cmd
}

// Redis starts a server with further arguments, such as "--requirepass", "secret".
// It ends the test if there is no redis-server or valkey-server on the machine. The
// server ends with the test.
func Redis(t testing.TB, args ...string) *RedisServer {
	t.Helper()
	s := &RedisServer{program: Tool(t, "redis-server", "valkey-server"), Addr: freeAddr(t)}
	_, port, _ := net.SplitHostPort(s.Addr)
	s.args = append([]string{"--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", t.TempDir()}, args...)
	t.Cleanup(s.stop)
	s.Start(t)
	return s
}

// URL returns the URL of the server's first database.
func (s *RedisServer) URL() string { return "redis://" + s.Addr + "/0" }

// Start starts the server again, at the same address and empty, and waits until it
// answers.
func (s *RedisServer) Start(t testing.TB) {
	t.Helper()
	s.process = exec.CommandContext(context.Background(), s.program, s.args...) // it outlives a test that ends, until the cleanup
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for !s.answers() {
		if time.Now().After(deadline) {
			t.Fatalf("%s does not answer at %s", s.program, s.Addr)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// answers sends a command that every server answers, with a password or without.
func (s *RedisServer) answers() bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.Addr)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	reply := make([]byte, 64)
	if _, err := fmt.Fprint(conn, "PING\r\n"); err != nil {
		return false
	}
	n, err := conn.Read(reply)
	return err == nil && (strings.HasPrefix(string(reply[:n]), "+PONG") || strings.HasPrefix(string(reply[:n]), "-NOAUTH"))
}

// Stop ends the server at once.
func (s *RedisServer) Stop(t testing.TB) {
	t.Helper()
	s.stop()
}

func (s *RedisServer) stop() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
	s.process = nil
}

// Hang makes the server take connections and answer nobody until Continue.
func (s *RedisServer) Hang(t testing.TB) { s.signal(t, syscall.SIGSTOP) }

// Continue ends what Hang began.
func (s *RedisServer) Continue(t testing.TB) { s.signal(t, syscall.SIGCONT) }

func (s *RedisServer) signal(t testing.TB, signal syscall.Signal) {
	t.Helper()
	if err := s.process.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// freeAddr returns an address at which nobody listens at the moment.
func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
}
