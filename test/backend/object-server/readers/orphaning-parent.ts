/** Starts readers, sets them to work without end, and waits to be killed. */
import { ReaderPool } from '../../../../backend/object-server/readers/reader-pool.ts';
import { SEQ_SQL, TABLES } from './reader-database.ts';

const pool = await ReaderPool.start({ file: process.argv[2]!, seqSql: SEQ_SQL, tables: TABLES, size: 2 });
const sql = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n';
pool.query({ sql, role: 'viewer' }).catch(() => undefined);
process.stdout.write('ready\n');
