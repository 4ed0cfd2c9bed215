-- As purchases.lua, and counts how each was answered: under overload a refusal is an answer, too.
accepted, told_to_wait, others = 0, 0, 0
local threads = {}

function setup(thread) table.insert(threads, thread) end

dofile((os.getenv("LUA") or "Benchmarks") .. "/purchases.lua")

function response(status)
  if status == 201 then accepted = accepted + 1
  elseif status == 429 or status == 503 then told_to_wait = told_to_wait + 1
  else others = others + 1 end
end

function done(summary, latency)
  local sums = {accepted = 0, told_to_wait = 0, others = 0}
  for _, thread in ipairs(threads) do
    for name, sum in pairs(sums) do sums[name] = sum + thread:get(name) end
  end
  local errors = summary.errors
  io.write(string.format('RESULT {"accepted": %d, "told_to_wait": %d, "others": %d, "broken": %d, "seconds": %.3f}\n',
    sums.accepted, sums.told_to_wait, sums.others, errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration / 1e6))
end
