// SPDX-License-Identifier: MIT
export function startPatientBroker(socket: string): Promise<{
  /** The long list has been heard once. */
  readonly recorded: Promise<unknown>;
  readonly stop: () => Promise<void>;
}>;
