// SPDX-License-Identifier: MIT
// `/logged-out`: where the provider sends the browser behind a logout. Reads no configuration and
// never goes on by itself: whoever logged out stays logged out, also where the login page would.

import type { Exchange } from '../exchange.ts';
import { queryValues } from '../http/request.ts';
import { htmlResponse, type Response } from '../http/response.ts';
import { loadTexts } from '../texts/load.ts';
import { loadLogin } from './load-login.ts';

/** 200 and a page with the ways back in; with a `state` of a logout from here, it says that the provider did its part. */
export async function showLoggedOut(exchange: Exchange): Promise<Response> {
  const [state, ...others] = queryValues(exchange.request, 'state');
  const isThere =
    state !== undefined &&
    others.length === 0 &&
    (await loadLogin()).isLogoutState(exchange.host, state);
  const { renderLoggedOut } = await loadTexts();
  return htmlResponse(200, await renderLoggedOut(exchange, isThere));
}
