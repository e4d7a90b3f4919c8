import type { CallName } from './calls.ts';
import type { Failure } from './failure.ts';
import type { OutputBatch, ToNotifier } from './link.ts';
import type { StoreHouseOptions } from './store-house.ts';

/** What the store thread is started with: plain facts, which can cross to it. */
export type ThreadOptions = Omit<StoreHouseOptions, 'clock' | 'soon' | 'onFault'>;

export type ToThread =
  | { readonly type: 'tell'; readonly messages: readonly ToNotifier[] }
  | { readonly type: 'call'; readonly id: number; readonly name: CallName; readonly argument: unknown }
  | { readonly type: 'close' };

export type FromThread =
  | { readonly type: 'open'; readonly databaseFile: string | undefined; readonly tables: readonly string[] }
  | { readonly type: 'output'; readonly batch: OutputBatch }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly failure: Failure }
  | { readonly type: 'refused'; readonly failure: Failure }
  | { readonly type: 'fault'; readonly what: string; readonly failure: Failure };
