-- What a shop's day is made of, for wrk: of 20 requests 10 purchases, one return of what was bought a while before, one
-- redemption of a point, and 8 questions for a balance.
--
-- IDS    names a file with one member id a line: members who have points
-- PAUSE  milliseconds of a client's between an answer and its next request (0)
-- RUN    begins every id, as in purchases.lua; it must be given
dofile((os.getenv("LUA") or "Benchmarks") .. "/purchases.lua")

local run = os.getenv("RUN") .. "-"
local purchase = request
local purchase_head = init
local members = tonumber(os.getenv("MEMBERS") or "2000")
local back = 2000
local ids = {}
local event_headers = {
  ["Authorization"] = "Bearer " .. os.getenv("KEY"), ["Content-Type"] = "application/cloudevents+json"}
local headers = {["Authorization"] = "Bearer " .. os.getenv("KEY"), ["Content-Type"] = "application/json"}
local bought, turn, asked = 0, 0, 0

function init()
  purchase_head()
  for id in io.lines(os.getenv("IDS")) do ids[#ids + 1] = id end
end

local function member()
  asked = asked % #ids + 1
  return "/v1/members/" .. ids[asked]
end

local function give_back(order)
  local id = run .. order
  return wrk.format("POST", "/v1/events", event_headers,
    '{"specversion":"1.0","type":"purchase.returned","source":"/bench","id":"r-' .. id
      .. '","data":{"member":{"external_id":"bench-' .. (order % members) .. '"},"order_id":"' .. id
      .. '","return_id":"r-' .. id .. '","currency":"GBP","lines":[{"sku":"cup","quantity":1,"unit_price":990}]}}')
end

function request()
  turn = turn % 20 + 1
  if turn == 7 and bought > back then return give_back(bought - back) end
  if turn == 14 then return wrk.format("POST", member() .. "/redemptions", headers, '{"points":1,"confirm":true}') end
  if turn % 2 == 1 or turn == 20 then
    bought = bought + 1
    return purchase()
  end
  return wrk.format("GET", member() .. "/balance", headers)
end

local pause = tonumber(os.getenv("PAUSE") or "0")
if pause > 0 then
  function delay() return pause end
end
