-- For wrk: posts one event again and again, and prints what was measured as JSON. Latencies in microseconds.
wrk.method = "POST"
wrk.body = os.getenv("BENCH_EVENT")
wrk.headers["Authorization"] = os.getenv("BENCH_AUTHORIZATION")
wrk.headers["X-Amz-Invocation-Type"] = os.getenv("BENCH_INVOCATION_TYPE")

function done(summary, latency, requests)
    local failed = summary.errors.status + summary.errors.read + summary.errors.write + summary.errors.timeout
    io.write(string.format(
        '\n{"p50": %d, "p99": %d, "requests": %d, "failed": %d, "seconds": %.6f}\n',
        latency:percentile(50), latency:percentile(99), summary.requests, failed, summary.duration / 1e6))
end
