/** What Home Assistant hands to a panel: only what we use of it. */

export interface HassConnection {
  sendMessagePromise<T>(message: Record<string, unknown>): Promise<T>;
  subscribeMessage<T>(
    callback: (event: T) => void,
    message: Record<string, unknown>,
    options?: { resubscribe?: boolean },
  ): Promise<() => Promise<void>>;
  addEventListener(type: "ready" | "disconnected", listener: () => void): void;
  removeEventListener(type: "ready" | "disconnected", listener: () => void): void;
}

export interface HassLocale {
  language: string;
  number_format: "language" | "system" | "none" | string;
  time_format: "language" | "system" | "12" | "24";
  date_format: "language" | "system" | "DMY" | "MDY" | "YMD";
  time_zone: "local" | "server";
}

export interface Hass {
  connection: HassConnection;
  language: string;
  locale: HassLocale;
  config: { time_zone: string };
  user?: { id: string; name: string; is_admin: boolean };
  themes: { darkMode: boolean };
  localize(key: string, values?: Record<string, unknown>): string;
  /** Load texts; what returns them is a new `localize`. */
  loadBackendTranslation(category: string, integration: string): Promise<Hass["localize"]>;
  fetchWithAuth(path: string, init?: RequestInit): Promise<Response>;
}

export interface Route {
  prefix: string;
  path: string;
}
