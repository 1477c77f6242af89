-- For wrk: sends one request over and over, or a thread creation to one process after the other, and prints the outcome of
-- the run as one line of JSON. wrk corrects the percentiles for requests that a slow answer kept from being sent.
--
--   wrk ... -s load.lua URL -- METHOD BODY_FILE FIRST_PID HEADER...     "-" for what there is none of

function init(args)
  wrk.method = args[1]
  if args[2] ~= "-" then
    local file = assert(io.open(args[2], "rb"))
    wrk.body = file:read("*a")
    file:close()
  end
  for index = 4, #args do
    local name, value = args[index]:match("^(.-): (.*)$")
    wrk.headers[name] = value
  end
  if args[3] ~= "-" then
    local pid = tonumber(args[3]) - 4
    local before, after = wrk.path:match("^(.-)PID(.*)$")
    function request()
      pid = pid + 4
      return wrk.format(nil, before .. pid .. after)
    end
  end
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format('{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"errors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
