import { describe, expect, it } from 'vitest'
import { findFolders, findNodeUses, nearestFolder } from '../../src/linters/detect.ts'
import { projectProgram } from '../../src/workspace/project-program.ts'
import { linters } from '../../src/linters/registry.ts'
import { projectOf } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const traces = { linter: 'tool', configuration: /^tool\.json$/, packages: ['tool'], manifestKey: 'toolConfig' }
const depends = (key = 'devDependencies') => JSON.stringify({ [key]: { tool: '^1.0.0' } })

async function foldersIn(files: Readonly<Record<string, string>>) {
  using folder = temporaryFolder(files)
  return await findFolders(projectOf(folder.path), traces)
}

describe('the folders that use a tool', () => {
  it('are those with its configuration, each for what lies below it', async () => {
    expect(await foldersIn({ 'tool.json': '', 'packages/a/tool.json': '', 'packages/b/x.js': '', 'not-tool.json': '' })).toEqual([
      '.',
      'packages/a',
    ])
  })

  it.each(['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'])(
    'are packages that name it in %s',
    async (key) => {
      expect(await foldersIn({ 'packages/a/package.json': depends(key) })).toEqual(['packages/a'])
    },
  )

  it('are packages that configure it in their manifest', async () => {
    expect(await foldersIn({ 'a/package.json': '{ "toolConfig": {} }', 'b/package.json': '{ "toolConfig": null }' })).toEqual(['a'])
  })

  it('are no packages whose configuration lies above them', async () => {
    expect(await foldersIn({ 'tool.json': '', 'package.json': depends(), 'packages/a/package.json': depends() })).toEqual(['.'])
  })

  it('are no installed packages', async () => {
    using folder = temporaryFolder({})
    const project = { ...projectOf(folder.path), files: ['node_modules/x/tool.json', 'a/node_modules/tool.json'] }
    expect(await findFolders(project, traces)).toEqual([])
  })

  it.each(['', 'null', '[]', '7', '{ broken', '{ "dependencies": "tool" }', '{ "dependencies": null }', '{ "__proto__": { "tool": 1 } }'])(
    'are found beside a manifest that is %s',
    async (manifest) => {
      expect(await foldersIn({ 'package.json': manifest, 'b/package.json': depends() })).toEqual(['b'])
    },
  )
})

describe('the program of a project', () => {
  it('is the nearest one upward, relative to where it starts', async () => {
    const bin = 'node_modules/.bin/tool'
    using folder = temporaryFolder({ 'tool.json': '', [bin]: '', 'a/tool.json': '', 'a/b/tool.json': '', [`a/b/${bin}`]: '' })
    const uses = await findNodeUses(projectOf(folder.path), traces, 'tool')
    expect(uses.map(({ directory, program }) => [directory, ...program])).toEqual([
      ['.', `./${bin}`],
      ['a', `../${bin}`],
      ['a/b', `./${bin}`],
    ])
  })

  it('is its bare name where the project brings none', async () => {
    using folder = temporaryFolder({})
    const wanted = { directory: 'a/b', name: 'tool', below: ['.venv/bin', 'node_modules/.bin'] }
    expect(await projectProgram(projectOf(folder.path), wanted)).toBe('tool')
  })
})

describe('the nearest folder', () => {
  it('is the deepest that holds a path', () => {
    const folders = new Set(['.', 'a', 'a/b'])
    expect(['x', 'a/x', 'a/b/c/x', 'ab/x'].map((path) => nearestFolder(path, folders))).toEqual(['.', 'a', 'a/b', '.'])
    expect(nearestFolder('b/x', new Set(['a']))).toBe(null)
  })
})

describe('the linters', () => {
  it('have names of their own, and find nothing in an empty project', async () => {
    using folder = temporaryFolder({})
    expect(new Set(linters.map(({ name }) => name)).size).toBe(linters.length)
    for (const linter of linters) expect(await linter.detect(projectOf(folder.path))).toEqual([])
  })
})
