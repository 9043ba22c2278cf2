import { execFileSync } from 'node:child_process'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { discoverRepository } from '../../src/workspace/discover-repository.ts'
import { openCheckout } from '../../src/workspace/open-checkout.ts'
import { beginTransaction, type TransactionOptions } from '../../src/workspace/transaction/begin-transaction.ts'
import type { Transaction, TransactionPlace } from '../../src/workspace/transaction.ts'
import { type TemporaryRepository, type TemporaryRepositoryOptions, temporaryRepository } from './git-repository.ts'

export const signal = new AbortController().signal

/** A repository that is gone when the test is, and the place of its transactions. */
export interface TestPlace extends TransactionPlace {
  user: TemporaryRepository
  begin(options?: Partial<TransactionOptions>): Promise<Transaction>
}

/** Any path may be changed, so that a test can name files as it likes. */
const anyPath = () => null

export async function testPlace(options: TemporaryRepositoryOptions = {}): Promise<TestPlace> {
  const user = temporaryRepository(options)
  onTestFinished(() => user.remove())
  return placeOf(user)
}

/** The place of a repository that a test has prepared, or of a working tree of it. */
export async function placeOf(user: TemporaryRepository, root = user.root): Promise<TestPlace> {
  const folder = join(realpathSync(mkdtempSync(join(tmpdir(), 'agent-transactions-'))), 'transactions')
  onTestFinished(() => rmSync(join(folder, '..'), { recursive: true, force: true }))
  const repository = await discoverRepository(root, user.environment)
  const place = { user, repository, folder }
  return { ...place, begin: (more = {}) => begin(place, more) }
}

async function begin({ repository, folder }: TransactionPlace, more: Partial<TransactionOptions>): Promise<Transaction> {
  const open: TransactionOptions['openCheckout'] = (place) => openCheckout({ ...place, environment: repository.environment })
  const transaction = await beginTransaction({ repository, folder, signal, openCheckout: open, refusalOf: anyPath, ...more })
  onTestFinished(() => transaction.close())
  return transaction
}

/** Everything below a folder but git's own directory: each name in bytes, with kind, executable bit and content. */
export function treeOf(root: string): Record<string, string> {
  const found: Record<string, string> = {}
  const visit = (folder: Buffer) => {
    for (const entry of readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })) {
      const location = Buffer.concat([folder, Buffer.from('/'), entry.name])
      const name = location.toString('latin1').slice(Buffer.byteLength(root) + 1)
      if (name === '.git') continue
      if (entry.isDirectory()) {
        found[`${name}/`] = 'folder'
        visit(location)
      } else if (entry.isSymbolicLink()) found[name] = `link ${readlinkSync(location)}`
      else if (entry.isFile())
        found[name] = `${lstatSync(location).mode & 0o100 ? 'program' : 'file'} ${readFileSync(location).toString('latin1')}`
      else found[name] = 'special'
    }
  }
  visit(Buffer.from(root))
  return found
}

/** The same without folders, which git does not know. */
export function filesOf(root: string): Record<string, string> {
  return Object.fromEntries(Object.entries(treeOf(root)).filter(([, content]) => content !== 'folder'))
}

/** What of git's own state no run may touch, byte for byte. */
export function gitState({ root, environment }: TemporaryRepository): Record<string, string> {
  const directory = join(root, '.git')
  const read = (name: string) => {
    try {
      return readFileSync(join(directory, name)).toString('latin1')
    } catch {
      return 'absent'
    }
  }
  const refs = execFileSync('git', ['for-each-ref'], { cwd: root, env: environment }).toString()
  return { index: read('index'), head: read('HEAD'), config: read('config'), stash: read('logs/refs/stash'), refs }
}
