import type { FastifyRequest } from 'fastify';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { ROLES, type Role } from '../notifier/link.ts';
import type { Grant } from './auth.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any handler of an /api route runs. */
    grant: Grant | null;
  }
}

export function grantOf(request: FastifyRequest): Grant {
  if (request.grant === null) throw new PanelcastError('forbidden', 'this call needs an identity');
  return request.grant;
}

/** A preHandler that lets only this role and those above it pass. */
export function requireRole(role: Role): (request: FastifyRequest) => Promise<void> {
  return async request => {
    const own = grantOf(request).identity.role;
    if (ROLES.indexOf(own) < ROLES.indexOf(role)) {
      throw new PanelcastError(
        'forbidden',
        `${request.method} ${request.url.split('?', 1)[0]} needs the role ${role}; this identity is ${own}`,
      );
    }
  };
}
