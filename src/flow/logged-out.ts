// SPDX-License-Identifier: MIT
// `/logged-out`: where the provider sends the browser behind a logout. Reads no configuration and
// never goes on by itself: whoever logged out stays logged out, also where the login page would.

import type { Exchange } from '../exchange.ts';
import { htmlResponse, type Response } from '../http/response.ts';
import { loadTexts } from '../texts/load.ts';

/** 200 and a page with the ways back in. */
export async function showLoggedOut(exchange: Exchange): Promise<Response> {
  const { renderLoggedOut } = await loadTexts();
  return htmlResponse(200, await renderLoggedOut(exchange));
}
