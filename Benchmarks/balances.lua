-- Balances for wrk. IDS names a file with one member id a line.
local headers = {["Authorization"] = "Bearer " .. os.getenv("KEY")}
local paths = {}
for id in io.lines(os.getenv("IDS")) do paths[#paths + 1] = "/v1/members/" .. id .. "/balance" end
local n = 0

function request()
  n = n % #paths + 1
  return wrk.format("GET", paths[n], headers)
end

dofile((os.getenv("LUA") or "Benchmarks") .. "/report.lua")
done = report
