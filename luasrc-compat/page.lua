-- SPDX-License-Identifier: MIT
-- For LuCI in Lua (21.02, 22.03): its own answers with ours behind them. The login page's script
-- comes by preload-lua.js; controller/luci_sso.uc does the same for later releases.

local page = {}

local LOGGED_OUT = "/cgi-bin/luci-sso/logged-out"
local COOKIES = { "sysauth", "sysauth_https" }

-- Decides nothing: browsers keep translations of an installed language for a year.
local LOADER = [[;document.addEventListener("DOMContentLoaded",function(){
if(!document.querySelector('input[name="luci_password"]'))return;
var s=document.createElement("script");s.src="/luci-static/resources/luci-sso-login.js";document.head.appendChild(s)});
]]

local function stock()
	return require "luci.controller.admin.index"
end

function page.translations(lang)
	local http = require "luci.http"

	stock().action_translations(lang)

	-- Inside of uhttpd (its Lua plugin) LuCI does not find preload classes.
	if not http.getenv("DOCUMENT_ROOT") then
		http.write(LOADER)
	end
end

function page.logout()
	local http = require "luci.http"
	local dispatcher = require "luci.dispatcher"
	local util = require "luci.util"
	local sid = dispatcher.context.authsession
	local session = sid and util.ubus("session", "get", { ubus_rpc_session = sid })
	local values = type(session) == "table" and session.values or {}

	if not values.oidc_sub then
		return stock().action_logout()
	end

	util.ubus("session", "destroy", { ubus_rpc_session = sid })

	for _, name in ipairs(COOKIES) do
		http.header("Set-Cookie", ("%s=; expires=Thu, 01 Jan 1970 01:00:00 GMT; path=%s"):format(name, dispatcher.build_url()))
	end

	local url = values.oidc_logout_url or ""
	http.redirect(#url > 0 and url or LOGGED_OUT)
end

return page
