import type { TestDataSourceResponse } from '@grafana/data';
import type { ErrorCode } from '../../backend/protocol/errors.ts';
import type { NotifierApi, Schema } from '../api/notifier-api.ts';
import { requestFailure } from '../api/request-failure.ts';
import type { Page } from '../live/page.ts';
import type { Step, Transports } from '../live/transport.ts';
import { type Probed, probeStep } from './probe-step.ts';

export interface HealthHouse {
  readonly api: Pick<NotifierApi, 'schema'>;
  readonly transports: Transports;
  readonly steps: readonly Step[];
  readonly page: Page;
}

const NAMES: Readonly<Record<Step, string>> = {
  websocket: 'WebSocket',
  stream: 'HTTP stream',
  polling: 'polling every 5 s',
};

/** What most often stands in the way of a step, and what lets it through. */
const CURES: Readonly<Record<Step, string>> = {
  websocket:
    'A reverse proxy before Grafana must pass upgrades (nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade").',
  stream: 'A reverse proxy before Grafana must not buffer answers (nginx: proxy_buffering off).',
  polling: 'The notifier must answer POST /api/query to Grafana.',
};

const SAME_VERSION = 'Bring notifier and plugin to the same version.';

/** Asks the notifier, then tries the ladder from its top down to the first step that works, with a real view. */
export async function checkHealth({ api, page, steps, transports }: HealthHouse): Promise<TestDataSourceResponse> {
  let schema: Schema;
  try {
    schema = await api.schema();
  } catch (error) {
    return unreachable(error);
  }
  const failed: { readonly step: Step; readonly probed: Probed }[] = [];
  for (const step of steps) {
    const probed = await probeStep(transports[step], page);
    if (probed.works) return working(step, probed, failed, schema);
    failed.push({ step, probed });
  }
  const isOfOtherVersion = failed.some(({ probed }) => isOfVersion(probed));
  return {
    status: 'error',
    message: isOfOtherVersion
      ? 'The notifier and this plugin are of different versions.'
      : 'The notifier answers, but no live connection to it works.',
    details: { message: failed.map(told).join('\n') },
  };
}

function working(
  step: Step,
  { tookMs }: Probed,
  failed: readonly { readonly step: Step; readonly probed: Probed }[],
  { tables }: Schema,
): TestDataSourceResponse {
  const names = tables
    .filter(({ source }) => source === undefined)
    .map(({ columns, name }) => `${name} (${columns.length} columns)`)
    .join(', ');
  const message = `Live by ${NAMES[step]}, first cut after ${Math.round(tookMs)} ms. Tables: ${names}.`;
  if (failed.length === 0) return { status: 'success', message };
  return {
    status: 'warning',
    message: `${message} A better way does not work.`,
    details: { message: failed.map(told).join('\n') },
  };
}

function told({ probed, step }: { readonly step: Step; readonly probed: Probed }): string {
  return `${NAMES[step]}: ${probed.reason}. ${isOfVersion(probed) ? SAME_VERSION : CURES[step]}`;
}

/** The other side was reached and speaks otherwise: no proxy stands between. */
function isOfVersion({ reason = '' }: Probed): boolean {
  return /\bprotocol\b/.test(reason);
}

const UNREACHED: Readonly<Partial<Record<ErrorCode, string>>> = {
  forbidden: 'The notifier refuses',
  'not-found': 'No notifier answers there',
};

function unreachable(error: unknown): TestDataSourceResponse {
  const { code, message } = requestFailure(error);
  const cure =
    code === 'forbidden'
      ? 'The token above must be what the notifier was started with in PANELCAST_TOKEN. It goes out as the header Authorization.'
      : code === 'not-found'
        ? 'The URL is the notifier’s address alone, such as http://notifier:4100. What answers at this one is no Panelcast notifier, or one much older than this plugin.'
        : 'The Grafana server, not the browser, must reach the URL: within containers that is the service’s name, not localhost.';
  return {
    status: 'error',
    message: `${UNREACHED[code] ?? 'The notifier does not answer'}: ${message}`,
    details: { message: cure },
  };
}
