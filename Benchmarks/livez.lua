-- The floor under every request: no database, no key.
function request() return wrk.format("GET", "/livez") end

dofile((os.getenv("LUA") or "Benchmarks") .. "/report.lua")
done = report
