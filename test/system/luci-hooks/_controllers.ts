// SPDX-License-Identifier: MIT
// Runs the two controllers that LuCI calls, each with as much of LuCI around it as it uses: the Lua
// one in Lua 5.1, the ucode one as JavaScript, whose subset it is written in.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
export const LUA = file('luasrc-compat/page.lua');
export const UCODE = file('package/luci-sso/files/usr/share/ucode/luci/controller/luci_sso.uc');

/** What LuCI and rpcd know when the controller is called. */
export interface Situation {
  readonly session?: { readonly id: string; readonly values: Readonly<Record<string, string>> | undefined };
  readonly environment?: Readonly<Record<string, string>>;
}

/** In order, one a line: calls of ubus, headers, output, and which answer of LuCI's own was used. */
export type Deeds = string[];
export type Page = 'translations' | 'logout';

const quote = (text: string): string => `"${[...Buffer.from(text)].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`;
const table = (values: Readonly<Record<string, string>>): string =>
  `{${Object.entries(values)
    .map(([key, value]) => `[${quote(key)}]=${quote(value)}`)
    .join(',')}}`;

export function runLua(page: Page, situation: Situation): Deeds {
  const { session, environment = {} } = situation;
  const driver = `
local environment = ${table(environment)}
package.preload["luci.http"] = function() return {
  getenv = function(name) return environment[name] end,
  header = function(name, value) print("header " .. name .. ": " .. value) end,
  redirect = function(url) print("redirect " .. url) end,
  write = function(text) print("write " .. text:gsub("\\n", " ")) end,
} end
package.preload["luci.util"] = function() return {
  ubus = function(object, method, args)
    print("ubus " .. object .. " " .. method .. " " .. args.ubus_rpc_session)
    if method == "get" then return ${session?.values === undefined ? 'nil, 4' : `{ values = ${table(session.values)} }`} end
  end,
} end
package.preload["luci.dispatcher"] = function() return {
  context = { authsession = ${session === undefined ? 'nil' : quote(session.id)} },
  build_url = function() return "/cgi-bin/luci/" end,
} end
package.preload["luci.controller.admin.index"] = function() return {
  action_translations = function(lang) print("stock translations " .. lang) end,
  action_logout = function() print("stock logout") end,
} end
dofile(${quote(LUA)}).${page}("de")
`;
  const { status, stdout, stderr } = spawnSync('lua5.1', ['-'], { input: driver, encoding: 'utf8' });
  if (status !== 0) throw new Error(`lua5.1: ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}

export function runUcode(page: Page, situation: Situation, script: string | null = 'the script'): Deeds {
  const { session } = situation;
  const deeds: Deeds = [];
  const globals = {
    ctx: { authsession: session?.id ?? null },
    http: {
      header: (name: string, value: string) => void deeds.push(`header ${name}: ${value}`),
      redirect: (url: string) => void deeds.push(`redirect ${url}`),
      write: (text: string) => void deeds.push(`write ${text}`),
    },
    ubus: {
      call: (object: string, method: string, args: { ubus_rpc_session: string }) => {
        deeds.push(`ubus ${object} ${method} ${args.ubus_rpc_session}`);
        return method === 'get' && session?.values !== undefined ? { values: session.values } : null;
      },
    },
    dispatcher: { build_url: () => '/cgi-bin/luci/' },
    require: (name: string) => {
      if (name !== 'luci.controller.admin.index') throw new Error(`no module ${name}`);
      return {
        action_translations: (lang: string) => void deeds.push(`stock translations ${lang}`),
        action_logout: () => void deeds.push('stock logout'),
      };
    },
    readfile: (name: string) => (name === '/www/luci-static/resources/luci-sso-login.js' ? script : null),
  };
  const source = readFileSync(UCODE, 'utf8');
  const body = source.replace(/^import \{ readfile \} from 'fs';$/m, '');
  if (body === source) throw new Error(`${UCODE} does not import what this test gives it`);
  const controller = new Function(...Object.keys(globals), `'use strict';${body}`)(...Object.values(globals)) as Record<
    Page,
    (lang: string) => void
  >;
  controller[page]('de');
  return deeds;
}
