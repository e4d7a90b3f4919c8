import type { FastifyInstance } from 'fastify';
import type { NotifierCalls } from '../notifier/calls.ts';
import { decodeRequest } from './live/decode-request.ts';
import { Fields } from './live/fields.ts';
import { requireRole } from './roles.ts';

interface Named {
  readonly Params: { readonly name: string };
}

/** Named filters and views: read by everybody, changed by operators; panels that use a name follow it at once. */
export function nameRoutes(server: FastifyInstance, calls: NotifierCalls): void {
  const operator = { preHandler: requireRole('operator') };
  server.get('/api/names', () => calls.names());
  server.put<Named>('/api/filters/:name', operator, ({ body, params: { name } }) => {
    const value = Fields.of(body, 'body', ['filter']).text('filter');
    return calls.saveName({ kind: 'filters', name, value });
  });
  server.put<Named>('/api/views/:name', operator, ({ body, params: { name } }) =>
    calls.saveName({ kind: 'views', name, value: decodeRequest(body, 'body') }),
  );
  server.delete<Named>('/api/filters/:name', operator, ({ params: { name } }) =>
    calls.saveName({ kind: 'filters', name }),
  );
  server.delete<Named>('/api/views/:name', operator, ({ params: { name } }) => calls.saveName({ kind: 'views', name }));
}
