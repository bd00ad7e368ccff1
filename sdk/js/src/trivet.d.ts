/** What init takes. The object stays in use: later changes of its members count for the events after them. */
export interface Settings {
  /** Public key of the project: 32 hex digits. */
  key: string;
  /** Where ingest is reached, such as https://errors.example. */
  url: string;
  release?: string;
  environment?: string;
  user?: User;
  tags?: Record<string, string>;
  /** Kinds of breadcrumbs, in one text; false for none. Default: "console fetch xhr click navigation". */
  breadcrumbs?: string | false;
  /** false: scripts, style sheets and images that fail to load are not told. */
  resources?: false;
  /** Called with each event before anything is done with it. It may change it; false drops it. */
  before?: (event: TrivetEvent) => unknown;
}

export interface User {
  id?: string;
  email?: string;
  username?: string;
}

/** What an event may be given beside the error. */
export interface Options {
  tags?: Record<string, string>;
  level?: "fatal" | "error" | "warning" | "info" | "debug";
  extra?: Record<string, unknown>;
  fingerprint?: string[];
  user?: User;
  release?: string;
  environment?: string;
  handled?: boolean;
}

/** An event as it is sent; docs/api.md tells every member. */
export interface TrivetEvent extends Options {
  id: string;
  timestamp: number;
  url: string;
  type?: string;
  message?: string;
  stack?: string;
  [member: string]: unknown;
}

export interface Trivet extends Settings {
  /** Sends an error, or anything else. Returns the event's id; nothing when it was dropped as a repetition or by before. */
  capture(error: unknown, options?: Options): string | undefined;
  /** Sends what waits, unless the server asked for silence. */
  flush(): Promise<void>;
}

/** Starts to collect. Call it once, as early as can be. */
export function init(settings: Settings): Trivet;

/** capture of what init returned. */
export function capture(error: unknown, options?: Options): string | undefined;
