// SPDX-License-Identifier: MIT
// The contract with the C host (ts-runtime/): it moves bytes and has no policy. Everything that
// touches the world goes through this interface, so tests replace the world by one object.

/**
 * What went wrong, for the caller to act on. `reason` is one stable lower-case word, sometimes
 * followed by ': ' and a detail for the log (an errno text, never a secret).
 */
export interface HostFailure {
  readonly ok: false;
  readonly reason: string;
}

export interface HostDone {
  readonly ok: true;
}

export interface HostBytes {
  readonly ok: true;
  readonly bytes: Uint8Array;
}

export interface HostNames {
  readonly ok: true;
  readonly names: readonly string[];
}

/** An open stream; `id` is the host's handle and means nothing else. */
export interface HostStream {
  readonly ok: true;
  readonly id: number;
  /** What a TLS server and we agreed on, for the log: "TLSv1.3 TLS1-3-AES-128-GCM-SHA256"; "" for Unix. */
  readonly agreed: string;
  /**
   * Where the root stands that vouches for a TLS server, for the next `TlsTarget.root`; '' when unknown.
   * Bytes of the process that talks to strangers decide which of the trusted ones it is.
   */
  readonly root: string;
}

/** What a TLS connection needs. Name and chain are always checked; there is no switch. */
export interface TlsTarget {
  /** Host name or IP literal (IPv6 without brackets): SNI (names only) and certificate check. */
  readonly name: string;
  readonly port: number;
  /** Connect to this IP literal instead of looking `name` up; '' to look it up. */
  readonly address: string;
  /** Extra CA file (PEM) besides `/etc/ssl/certs`; '' for none. */
  readonly caFile: string;
  /**
   * What `HostStream.root` was for this server, or ''. A hint where to look first, never trust: what is
   * believed is read now, and all of it when what stands there is not enough.
   */
  readonly root: string;
  /** Absolute, on the scale of `bootMilliseconds`: look-up and TCP together. */
  readonly connectDeadline: number;
  /** Absolute, on the scale of `bootMilliseconds`: everything up to the end of the TLS handshake. */
  readonly deadline: number;
}

export interface HostProtection {
  readonly ok: true;
  readonly holds: string;
}

/**
 * Reasons of failed streams: 'timeout', 'closed' (the far end ended where it must not: reset, or TLS without
 * close_notify), 'refused', 'dns', 'unreachable', 'exec' (no
 * child process), 'tls', 'cert-untrusted', 'cert-name', 'cert-expired',
 * 'cert-not-yet-valid', 'cert-revoked', 'ca-file' (the CA file cannot be read or holds no
 * certificate), 'no-ca' (no CA at all), 'io'.
 *
 * Paths are absolute on the router. The host looks them up below the tree that it is installed in
 * (`<tree>/www/cgi-bin/luci-sso`), which on a router is `/`.
 */
export interface Host {
  /** An environment variable, one character per byte (0-255); `undefined` when unset. */
  env(name: string): string | undefined;
  /** Program name and arguments, one character per byte. */
  args(): readonly string[];
  /** Standard input up to its end, at most `maxBytes`; reason 'too-large' when there is more. */
  readInput(maxBytes: number): HostBytes | HostFailure;
  /**
   * The first `maxBytes` (<= 65536) bytes of standard input, or fewer when it ends before; what follows is
   * not waited for. Reasons: 'timeout' (the deadline is on the scale of `bootMilliseconds`), 'io'.
   */
  readBody(maxBytes: number, deadline: number): HostBytes | HostFailure;
  /** Writes all bytes to standard output; throws when it is closed. */
  writeOutput(bytes: Uint8Array): void;
  /** Writes to standard error; what nobody takes is lost. */
  writeError(bytes: Uint8Array): void;
  /** Whether standard input (0), output (1) or error (2) is a terminal. */
  isTerminal(stream: 0 | 1 | 2): boolean;
  /**
   * The next line of standard input, without its end. With `isSecret` a terminal does not show it.
   * Reasons: 'missing' (the input has ended), 'too-large', 'io'.
   */
  readLine(maxBytes: number, isSecret: boolean): HostBytes | HostFailure;
  /** `count` (1-256) bytes of the kernel's CSPRNG; throws when it fails (security 112). */
  random(count: number): Uint8Array;
  /** Wall clock, whole seconds since 1970. Jumps when NTP arrives: for tokens and certificates only. */
  wallSeconds(): number;
  /** CLOCK_BOOTTIME in milliseconds: for everything that dies with this boot, and for deadlines. */
  bootMilliseconds(): number;
  /** One line to syslog, tag `luci-sso`. `level` is syslog's: 3 err, 4 warning, 6 info, 7 debug. */
  log(level: 3 | 4 | 6 | 7, line: string): void;

  // Files directly below /var/run/luci-sso (made 0700 on first use). Names: 1-100 of [A-Za-z0-9._-], not
  // starting with a dot. Files are 0600; one that is a link, not regular, not ours or open to others is 'untrusted'.
  /** Reasons: 'missing', 'untrusted', 'too-large', 'io'. */
  stateRead(name: string, maxBytes: number): HostBytes | HostFailure;
  /** Makes the file with its whole content, or nothing (reason 'exists', 'io'). Never replaces. */
  stateCreate(name: string, bytes: Uint8Array): HostDone | HostFailure;
  /** Makes or replaces the file by rename: readers see the old or the new content. Reason 'io'. */
  stateReplace(name: string, bytes: Uint8Array): HostDone | HostFailure;
  /** Reasons 'missing', 'io'. */
  stateRemove(name: string): HostDone | HostFailure;
  /** Names of all state files (temporary files of this host excepted), unsorted. Reason 'io'. */
  stateList(): HostNames | HostFailure;
  /**
   * Takes the lock file `name`, waiting for it until the deadline. Kept until `streamClose`, or the
   * process ends. Reasons: 'busy', 'io'.
   */
  stateLock(name: string, deadline: number): HostStream | HostFailure;

  /** A text that differs when luci-sso's configuration, rpcd's, or the state file `logins` is another one. */
  guardStamp(): string;
  /** Starts the guard by its init script, in the background. Reasons: 'missing' (no procd), 'io'. */
  guardStart(): HostDone | HostFailure;

  /** A file of the router, read only. Reasons: 'missing', 'too-large', 'io'. */
  fileRead(path: string, maxBytes: number): HostBytes | HostFailure;
  /** Names in a directory, sorted by byte order, without '.' and '..'. Reasons: 'missing', 'io'. */
  directoryList(path: string): HostNames | HostFailure;

  /** Connects a Unix stream socket. Deadlines are absolute, on the scale of `bootMilliseconds`. */
  connectUnix(path: string, deadline: number): HostStream | HostFailure;
  /** Look-up, TCP and TLS in a child process without rights: this program, executed afresh. */
  connectTls(target: TlsTarget): HostStream | HostFailure;
  /**
   * Which protections hold in such a child, tried by starting one: some of the words 'chroot', 'user' (one
   * of its own) or 'nobody', 'limits', 'seccomp'. The deadline is on the scale of `bootMilliseconds`.
   */
  networkProtection(deadline: number): HostProtection | HostFailure;
  /** Writes all bytes before the deadline. */
  streamWrite(stream: number, bytes: Uint8Array, deadline: number): HostDone | HostFailure;
  /** At least one and at most `maxBytes` (<= 65536) bytes; none when the far end ended the stream properly. */
  streamRead(stream: number, maxBytes: number, deadline: number): HostBytes | HostFailure;
  /** Closes the stream and ends its child, if any. */
  streamClose(stream: number): void;
}
