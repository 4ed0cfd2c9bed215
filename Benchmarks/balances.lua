-- Balances for wrk. IDS names a file with one member id a line.
local texts = {}
local n = 0

-- Written once: wrk has the machine's processors in common with what it measures.
function init()
  local headers = {["Authorization"] = "Bearer " .. os.getenv("KEY")}
  for id in io.lines(os.getenv("IDS")) do
    texts[#texts + 1] = wrk.format("GET", "/v1/members/" .. id .. "/balance", headers)
  end
end

function request()
  n = n % #texts + 1
  return texts[n]
end

dofile((os.getenv("LUA") or "Benchmarks") .. "/report.lua")
done = report
