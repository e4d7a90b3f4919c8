/**
 * What the gateway (sockets) and the notifier (rows, views, streams) say to each other. Everything here can cross a
 * thread. Rows never do one by one: a batch carries the text of all its messages in one buffer, once each, however
 * many viewers will get them.
 */
import type { Position } from '../protocol/messages.ts';
import type { Request } from '../protocol/request.ts';

/** A connection; numbered by the gateway, never reused. */
export type SessionId = number;
/** One view in one mode at one interval: what is cut, encoded and sent as one. Numbered by the notifier. */
export type StreamId = number;

export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface Identity {
  readonly role: Role;
  /** Login name, where Grafana vouches for one. */
  readonly user?: string;
}

/** What a session wants. */
export type SessionMessage =
  | {
      readonly type: 'join';
      readonly session: SessionId;
      readonly identity: Identity;
      readonly client?: string;
      readonly resume?: Position;
    }
  | { readonly type: 'leave'; readonly session: SessionId }
  | {
      readonly type: 'open';
      readonly session: SessionId;
      readonly id: string;
      readonly request: Request;
      readonly since?: number;
      readonly snapshot?: true;
    }
  | { readonly type: 'close'; readonly session: SessionId; readonly id: string }
  | { readonly type: 'flush'; readonly session: SessionId; readonly id: string; readonly minSeq: number }
  | { readonly type: 'ack'; readonly session: SessionId; readonly view: string; readonly seq: number }
  /** The session had fallen behind after the cut `since` and has caught its breath: bring it up to now. */
  | { readonly type: 'refresh'; readonly session: SessionId; readonly since: number };

export type ToNotifier =
  | SessionMessage
  /** The last output is written to everybody; it took this long, which is part of a sweep. */
  | { readonly type: 'distributed'; readonly ms: number };

/** Where a message's text stands in the batch's `texts`: UTF-8 JSON, one object. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** For one session alone: opened, snap, flushed, error, gap, its own saf rows. */
export interface SendItem {
  readonly type: 'send';
  readonly session: SessionId;
  readonly spans: readonly Span[];
  /** Streams that reach this session from here on, and those that no longer do. */
  readonly subscribe?: readonly StreamId[];
  readonly unsubscribe?: readonly StreamId[];
  /** Registrations that are no more, because their open failed or their stream went to another connection. */
  readonly closed?: readonly string[];
  /** Frames among the spans take effect now: the gateway adds a `cut`. */
  readonly cut?: CutFacts;
  /** Answers `refresh`: from here on the session gets its streams again. */
  readonly refreshed?: true;
}

/** One cut: for every stream in it, the text that its subscribers get, then one `cut` message each. */
export interface CutItem {
  readonly type: 'cut';
  readonly facts: CutFacts;
  readonly streams: readonly StreamId[];
  /** `spans[i]` are the messages of `streams[i]`; one stream may have several (series + metric, gap + rows). */
  readonly spans: readonly (readonly Span[])[];
}

export interface CutFacts {
  readonly asOf: number;
  readonly epoch: number;
  readonly intervalMs: number;
  readonly throttled: boolean;
}

export type OutputItem = SendItem | CutItem;

/** In order: an item takes effect before the next. */
export interface OutputBatch {
  readonly texts: Uint8Array;
  readonly items: readonly OutputItem[];
}

export interface NotifierLink {
  /** Taken in order; messages told together (one network read, one tick) are answered together. */
  tell(messages: readonly ToNotifier[]): void;
  /** Set once, before the first `tell`. */
  onOutput(receive: (batch: OutputBatch) => void): void;
}
