/** What can go wrong with a command, and how it is told to people. */

/** A refusal as Home Assistant's WebSocket sends it, or a Forge. */
export class Failure extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly key?: string,
    readonly placeholders: Record<string, string> = {},
    /** What a Forge's refusal is about: for programs, and for words of our own. */
    readonly facts: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

interface Refusal {
  code: string | number;
  message?: string;
  translation_key?: string;
  translation_placeholders?: Record<string, string>;
}

/** Return whatever a command was rejected with as a Failure. */
export function failure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  // home-assistant-js-websocket has numbers for what went wrong with the connection itself.
  if (typeof error === "number") return new Failure("connection_lost", "");
  if (error instanceof Error) return new Failure("unknown_error", error.message);
  // A lost connection is told as a whole message, a refusal as its `error` alone.
  const told = (error ?? {}) as Refusal & { error?: Refusal };
  const refusal = told.error ?? told;
  const code = typeof refusal.code === "number" ? "connection_lost" : refusal.code;
  return new Failure(
    code ?? "unknown_error",
    refusal.message ?? "",
    refusal.translation_key,
    refusal.translation_placeholders ?? {},
  );
}

/** A Forge's error, as its API and its jobs tell it. */
export interface Problem {
  code: string;
  message: string;
  facts?: Record<string, unknown>;
}

/** Return a Forge's error as a Failure. */
export function forgeFailure({ code, message, facts }: Problem): Failure {
  return new Failure(code, message, undefined, {}, facts);
}
