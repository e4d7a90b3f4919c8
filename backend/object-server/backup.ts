import { existsSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, type DatabaseSync } from 'node:sqlite';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { DataDirectory } from './data-directory.ts';
import { openDatabase, openForReading } from './database.ts';
import { replaceDurably } from './durable-file.ts';
import { epochOf, raiseEpoch } from './lifetime.ts';
import { damaged, storageError } from './sqlite-error.ts';

export interface BackupProgress {
  readonly totalPages: number;
  readonly remainingPages: number;
}

/** Pages a step: 4 MB, a few milliseconds, between which others get at the database. */
const STEP_PAGES = 4096;

/**
 * Copies a database to a file. The copy is made beside the target and takes its place when it is whole and on the disk.
 * `source` is a connection of its own inside a read transaction: it sees one state throughout, and no write makes the
 * copying start again.
 */
async function copyDatabase(
  source: DatabaseSync,
  target: string,
  progress?: (progress: BackupProgress) => void,
): Promise<void> {
  const unfinished = `${target}.unfinished`;
  rmSync(unfinished, { force: true });
  try {
    await backup(source, unfinished, { rate: STEP_PAGES, ...(progress ? { progress } : {}) });
    await replaceDurably(unfinished, target);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw storageError(error, () => true) ?? error;
  }
}

/** Copies the database file that a writer has open, as of now, without keeping the writer from writing. */
export async function backupFile(
  databaseFile: string,
  target: string,
  progress?: (progress: BackupProgress) => void,
): Promise<void> {
  if (!existsSync(dirname(target)))
    throw new PanelcastError('not-found', `there is no folder ${dirname(target)} for the backup`);
  const source = openForReading(databaseFile);
  try {
    source.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
    await copyDatabase(source, target, progress);
  } finally {
    source.close();
  }
}

/**
 * Makes a backup the database of a data directory. Refused while a notifier runs on it, and unless `force` when there is
 * a database already; that one is then kept beside, and the answer is where.
 */
export async function restore(
  file: string,
  dataDir: string,
  options: { readonly force?: boolean; readonly now: number },
): Promise<{ readonly former: string | undefined }> {
  if (!existsSync(file)) throw new PanelcastError('not-found', `there is no backup file ${file}`);
  const source = openBackup(file);
  const directory = new DataDirectory(dataDir);
  try {
    checkIntegrity(source, file);
    const isTaken = directory.hasDatabase;
    if (isTaken && !options.force) {
      const what = `data directory ${dataDir} has a database already; restore into an empty one, or repeat with --force`;
      throw new PanelcastError('conflict', `${what} (the former database is kept beside the new one)`);
    }
    const incoming = `${directory.database}.incoming`;
    await copyDatabase(source, incoming);
    beginEpoch(incoming, isTaken ? epochOfFile(directory.database) : 0);
    const former = isTaken ? directory.setAside(options.now) : undefined;
    await replaceDurably(incoming, directory.database);
    return { former };
  } finally {
    source.close();
    directory.release();
  }
}

function openBackup(file: string): DatabaseSync {
  try {
    return openForReading(file);
  } catch (error) {
    if (!(error instanceof PanelcastError) || error.code !== 'storage-damaged') throw error;
    const why = (error.cause as Error | undefined)?.message ?? error.message;
    throw new PanelcastError('storage-damaged', `${file} is no backup that can be read here: ${why}`, { cause: error });
  }
}

/**
 * The former life of these rows may have gone on after the backup and given seqs that are now given again; so may the
 * life that began with an earlier restoring of the same backup.
 */
function beginEpoch(file: string, former: number): void {
  const db = openDatabase(file, 'FULL');
  try {
    do raiseEpoch(db);
    while (epochOf(db) <= former);
  } finally {
    db.close();
  }
}

/** 0 for a database that cannot be read: it may be the reason for restoring another. */
function epochOfFile(file: string): number {
  try {
    const db = openForReading(file);
    try {
      return epochOf(db);
    } finally {
      db.close();
    }
  } catch {
    return 0;
  }
}

function checkIntegrity(db: DatabaseSync, file: string): void {
  const verdict = String(db.prepare('PRAGMA quick_check(1)').get()?.quick_check);
  if (verdict !== 'ok') throw damaged(file, new Error(verdict));
}
