import { describe, expect, it } from 'vitest'
import type { ChangedFile } from '../../../src/domain/change.ts'
import { breakingEvidence } from '../../../src/tasks/commit-message/breaking.ts'
import type { FileFacts } from '../../../src/tasks/commit-message/facts.ts'

const published = '{"name":"lib","version":"1.0.0"}'

function evidence(
  path: string,
  removedExports: readonly string[],
  files: Readonly<Record<string, string>>,
  about: Partial<ChangedFile> = {},
) {
  const file: ChangedFile = {
    path,
    oldPath: null,
    status: 'modified',
    kind: 'text',
    oldMode: null,
    newMode: null,
    size: null,
    encoding: 'utf8',
    hunks: [],
    omitted: null,
    addedLines: 0,
    removedLines: 1,
    ...about,
  }
  const facts: FileFacts = {
    file,
    role: 'source',
    symbols: { added: [], changed: [], removed: [] },
    removedExports,
    isOnlyDocumentation: false,
  }
  return breakingEvidence([facts], async (wanted) => files[wanted] ?? null)
}

describe('what breaks', () => {
  it('is what the entry of a published package does not export any more', async () => {
    const files = { 'packages/lib/package.json': published, 'packages/lib/src/index.ts': 'export const kept = 1\n' }
    expect(await evidence('packages/lib/src/index.ts', ['gone'], files)).toBe('gone is no longer exported by packages/lib/src/index.ts')
    expect(await evidence('packages/lib/src/index.ts', ['a', 'b', 'c', 'd'], files)).toBe(
      'a, b, c and 1 more are no longer exported by packages/lib/src/index.ts',
    )
  })

  it('is all of an entry that is deleted', async () => {
    const files = { 'package.json': published, 'index.js': 'export const gone = 1\n' }
    expect(await evidence('index.js', ['gone'], files, { status: 'deleted' })).toBe('gone is no longer exported by index.js')
  })

  it.each([
    ['a file that is no entry', 'src/port.ts', { 'package.json': published }],
    ['a package that nobody can install', 'src/index.ts', { 'package.json': '{"name":"app","version":"1.0.0","private":true}' }],
    ['a manifest without a version', 'src/index.ts', { 'package.json': '{"name":"app"}' }],
    ['a manifest that does not parse', 'src/index.ts', { 'package.json': '{' }],
    ['no manifest', 'src/index.ts', {}],
    [
      'a nearer manifest that is private',
      'apps/web/src/index.ts',
      { 'package.json': published, 'apps/web/package.json': '{"private":true}' },
    ],
    [
      'an entry that still exports it from elsewhere',
      'src/index.ts',
      { 'package.json': published, 'src/index.ts': "export { gone } from './gone.ts'\n" },
    ],
    ['an entry that exports all of a file', 'src/index.ts', { 'package.json': published, 'src/index.ts': "export * from './gone.ts'\n" }],
  ])('is not proved by %s', async (_name, path, files) => {
    expect(await evidence(path, ['gone'], files as Record<string, string>)).toBeNull()
  })

  it('is nothing where nothing was removed', async () => {
    expect(await evidence('src/index.ts', [], { 'package.json': published })).toBeNull()
  })
})
