// SPDX-License-Identifier: MIT
import type { Target } from '../engine.ts';
import { base64url, fnmatch, form, utf8Text } from './codecs.ts';
import { chunks, cookies, httpAnswer, httpHead } from './http.ts';
import { json } from './json.ts';
import { kept } from './kept.ts';
import { cacheFiles, discovery, jwksDocument, tokenAnswer, userinfo } from './provider.ts';
import { request } from './request.ts';
import { aclFiles, blobmsg, bootKey, handshake, ubusStream, uciValues } from './router.ts';
import { claims, ed25519Key, identity, jwk, jws, logout, signature } from './tokens.ts';
import { address, returnTo, url } from './urls.ts';

export const TARGETS: readonly Target[] = [
  json,
  base64url,
  utf8Text,
  form,
  fnmatch,
  url,
  address,
  returnTo,
  httpHead,
  chunks,
  httpAnswer,
  cookies,
  jws,
  claims,
  jwk,
  signature,
  ed25519Key,
  logout,
  identity,
  discovery,
  jwksDocument,
  tokenAnswer,
  userinfo,
  cacheFiles,
  blobmsg,
  ubusStream,
  uciValues,
  aclFiles,
  handshake,
  bootKey,
  kept,
  request,
];
