-- For wrk: a thread creation, and what came of the run as one line of numbers.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"startAddress":"0x7ffbda8844f0"}'

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format("result %d %d %d %d\n",
    summary.requests, summary.duration, latency:percentile(99),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
