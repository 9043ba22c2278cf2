import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readDocs } from '../../src/tools/read-docs.ts'
import type { InstalledPackages } from '../../src/workspace/installed-packages.ts'
import { openInstalledPackages } from '../../src/workspace/installed-packages.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { toolContract } from './contract.ts'
import { toolContext } from './tool-context.ts'

const manifest = (more: object) => JSON.stringify({ name: 'port', version: '1.2.3', description: 'Ports.', ...more })
const declarations = [
  "export * from './reader.js'",
  "export { Kind, type Hidden as Shown } from './kinds'",
  '/** Reads a port.\n * @param text what is read */',
  'export declare function parsePort(text: string): number',
  'declare const inner: number',
  'export declare class Server {',
  '  /** Opens it. */',
  '  open(): void',
  '}',
].join('\n')

const port: Readonly<Record<string, string>> = {
  'node_modules/port/package.json': manifest({
    exports: { '.': { import: { types: './dist/index.d.ts', default: './dist/index.js' } }, './extra': './dist/extra.mjs' },
  }),
  'node_modules/port/README.md': '# Port\n\nHow to use it.\n',
  'node_modules/port/dist/index.d.ts': declarations,
  'node_modules/port/dist/reader.d.ts': "import type { Deep } from './deep'\nexport interface Reader { read(): Deep }\n",
  'node_modules/port/dist/kinds.d.ts': 'export type Kind = 1\nexport type Hidden = 2\nexport type Other = 3\n',
  'node_modules/port/dist/deep.d.ts': '/** Far away. */\nexport interface Deep { x: 1 }\n',
  'node_modules/port/dist/extra.d.mts': 'export declare const extra: 1\n',
}

/** A context in which these files are installed in the repository itself. */
async function read(input: Record<string, unknown>, installed: Readonly<Record<string, string>> = port): Promise<string> {
  using repository = temporaryRepository({ files: { '.gitignore': 'node_modules\n.venv\n', 'packages/api/a.ts': 'a\n' } })
  for (const [path, text] of Object.entries(installed)) repository.write(path, text)
  const context = toolContext(repository, { packages: openInstalledPackages(repository.root) })
  const { text } = await readDocs.run(readDocs.input.parse(input), context)
  return text
}

/** What a registry would have put there, without a disk. */
const inMemory: InstalledPackages = {
  read: (path) => Promise.resolve(port[path] ?? null),
  list: (folder) =>
    Promise.resolve(
      Object.keys(port)
        .filter((path) => dirname(path) === folder)
        .map((path) => path.slice(folder.length + 1)),
    ),
}

toolContract(readDocs, {
  files: { 'src/a.ts': 'a\n' },
  input: { package: 'port', symbol: '', folder: '.' },
  pathFields: ['folder'],
  overrides: { packages: inMemory },
})

describe('read_docs', () => {
  it('gives an overview of a package: what it exports, and its README', async () => {
    expect(await read({ package: 'port' })).toBe(
      [
        'port 1.2.3: Ports.',
        'It exports (read_docs with a symbol shows one):',
        '  function parsePort — export declare function parsePort(text: string): number',
        '  class Server — export declare class Server',
        '  interface Reader — export interface Reader',
        '  type Kind — export type Kind = 1',
        '  type Hidden — export type Hidden = 2',
        'README:',
        '# Port',
        '',
        'How to use it.',
      ].join('\n'),
    )
  })

  it('shows a declaration with its documentation', async () => {
    expect(await read({ package: 'port', symbol: 'parsePort' })).toBe(
      'port 1.2.3\n\nnode_modules/port/dist/index.d.ts:5\n/** Reads a port.\n * @param text what is read */\nexport declare function parsePort(text: string): number',
    )
    expect(await read({ package: 'port', symbol: 'Server.open' })).toContain('/** Opens it. */\n  open(): void')
    expect(await read({ package: 'port', symbol: 'Deep' })).toContain('deep.d.ts:2\n/** Far away. */\nexport interface Deep { x: 1 }')
  })

  it('reads a part of a package', async () => {
    expect(await read({ package: 'port/extra' })).toContain('constant extra')
    const plain = { 'node_modules/port/package.json': manifest({}), 'node_modules/port/lib/a.d.ts': 'export declare const a: 1' }
    expect(await read({ package: 'port/lib/a' }, plain)).toContain('constant a')
  })

  it.each([
    ['types', { 'package.json': manifest({ types: 'a.d.ts' }), 'a.d.ts': 'export declare const found: 1' }],
    ['typings', { 'package.json': manifest({ typings: './a' }), 'a.d.ts': 'export declare const found: 1' }],
    ['main', { 'package.json': manifest({ main: 'lib/a.js' }), 'lib/a.d.ts': 'export declare const found: 1' }],
    ['nothing', { 'package.json': '{', 'index.d.ts': 'export declare const found: 1' }],
    ['a string', { 'package.json': manifest({ exports: './a.mjs' }), 'a.d.mts': 'export declare const found: 1' }],
    ['code alone', { 'package.json': manifest({ main: 'a.js' }), 'a.js': '/** Found. */\nexport const found = 1' }],
    [
      'code with a reference that leads nowhere',
      { 'package.json': manifest({}), 'index.js': "export * from './gone'\nexport * from '../../../..'\nexport const found = 1" },
    ],
    [
      'fields of other types',
      {
        'package.json': JSON.stringify({ name: 1, version: {}, types: 2, exports: [3, null] }),
        'index.d.ts': 'export declare const found: 1',
      },
    ],
  ])('finds the declarations by %s', async (_name, files) => {
    const installed = Object.fromEntries(Object.entries(files).map(([path, text]) => [`node_modules/port/${path}`, text]))
    expect(await read({ package: 'port' }, installed)).toContain('constant found')
  })

  it('takes declarations from DefinitelyTyped', async () => {
    const files = {
      'node_modules/@a/port/package.json': manifest({ main: 'index.js' }),
      'node_modules/@a/port/index.js': 'exports.x = 1',
      'node_modules/@types/a__port/package.json': manifest({ types: 'index.d.ts' }),
      'node_modules/@types/a__port/index.d.ts': 'export const typed: 1',
    }
    expect(await read({ package: '@a/port' }, files)).toContain('constant typed')
  })

  it('finds the package that a folder imports', async () => {
    const files = { ...port, 'packages/api/node_modules/port/package.json': manifest({ version: '9.0.0' }) }
    expect(await read({ package: 'port', folder: 'packages/api' }, files)).toContain('port 9.0.0')
    expect(await read({ package: 'port' }, files)).toContain('port 1.2.3')
    expect(await read({ package: 'port', folder: 'packages/api' })).toContain('port 1.2.3')
  })

  const site = '.venv/lib/python3.12/site-packages'
  const python: Readonly<Record<string, string>> = {
    [`${site}/Web_Port-2.0.dist-info/METADATA`]:
      'Metadata-Version: 2.1\nName: Web-Port\nVersion: 2.0\nSummary: Ports.\n\n# Web-Port\n\nHow to.\n',
    [`${site}/Web_Port-2.0.dist-info/top_level.txt`]: 'webport\n',
    [`${site}/webport/__init__.py`]:
      '"""Ports."""\nfrom .reader import read\n\ndef parse(text):\n    """Parses."""\n    return int(text)\n',
    [`${site}/webport/reader.py`]: 'def read(path):\n    """Reads.\n\n    Twice."""\n    return 1\n',
    [`${site}/webport/stub.py`]: 'def real(x): pass\n',
    [`${site}/webport/stub.pyi`]: 'def typed(x: int) -> None: ...\n',
    [`${site}/single.py`]: 'def alone():\n    """Alone."""\n',
  }

  it('reads packages of Python', async () => {
    const overview =
      'Web-Port 2.0: Ports.\nIt exports (read_docs with a symbol shows one):\n  function parse — def parse(text)\nREADME:\n# Web-Port\n\nHow to.'
    expect(await read({ package: 'web.port' }, python)).toBe(overview)
    expect(await read({ package: 'Web_Port' }, python)).toBe(overview)
    expect(await read({ package: 'webport', symbol: 'read' }, python)).toBe(
      `webport\n\n${site}/webport/reader.py:1\ndef read(path):\n    """Reads.\n\n    Twice."""`,
    )
    expect(await read({ package: 'webport', symbol: 'typed' }, python)).toContain('stub.pyi:1\ndef typed(x: int) -> None: ...')
    expect(await read({ package: 'webport.reader' }, python)).toContain('function read')
    expect(await read({ package: 'single', symbol: 'alone' }, python)).toContain('"""Alone."""')
  })

  it('cuts what is endless', async () => {
    const many = Array.from({ length: 300 }, (_, index) => `export declare const c${index}: 1`).join('\n')
    const long = `export interface Long {\n${'  x: 1\n'.repeat(300)}}`
    const files = {
      'node_modules/port/package.json': manifest({}),
      'node_modules/port/index.d.ts': `${many}\n${long}`,
      'node_modules/port/README': 'r'.repeat(50_000),
    }
    const overview = await read({ package: 'port' }, files)
    expect(overview).toContain('[101 or more are not shown.]')
    expect(overview.length).toBeLessThan(40_000)
    expect(await read({ package: 'port', symbol: 'Long' }, files)).toContain('[182 more lines. Ask for a member, such as "Long.name".]')
  })

  it('shows nothing hidden', async () => {
    const files = { 'node_modules/port/package.json': manifest({}), 'node_modules/port/README.md': 'a\u001b[31mb\u202e' }
    expect(await read({ package: 'port' }, files)).toBe('port 1.2.3: Ports.\nREADME:\na␛[31mb<U+202E>')
  })

  it('says that there is no README', async () => {
    expect(await read({ package: 'port' }, { 'node_modules/port/package.json': manifest({}) })).toBe(
      'port 1.2.3: Ports.\nIt has no README.',
    )
  })

  it.each([
    ['a package that is not installed', { package: 'prt' }, 'No package "prt" is installed for this project. Did you mean port?'],
    ['a package like no other', { package: 'zzzzzzz' }, 'Its documentation cannot be read.'],
    ['a name that leads elsewhere', { package: '../port' }, '"../port" is not the name of a package.'],
    ['a name that leads up', { package: 'port/../../x' }, 'is not the name of a package.'],
    ['a name of a nested folder', { package: 'port/node_modules/x' }, 'is not the name of a package.'],
    ['a path', { package: '/etc/passwd' }, 'is not the name of a package.'],
    ['a symbol that is not there', { package: 'port', symbol: 'parsePrt' }, 'port 1.2.3 declares no parsePrt. Did you mean parsePort?'],
    ['a symbol like no other', { package: 'port', symbol: 'zzzzzzzzzz' }, 'port 1.2.3 declares no zzzzzzzzzz.'],
  ])('refuses %s', async (_name, input, message) => {
    await expect(read(input)).rejects.toThrow(message)
  })

  it('says that nothing is installed where nothing is', async () => {
    using repository = temporaryRepository({ files: { 'a.ts': 'a\n' } })
    await expect(readDocs.run(readDocs.input.parse({ package: 'port' }), toolContext(repository))).rejects.toThrow(
      'No package "port" is installed',
    )
  })

  it('reads what this project itself has installed', async () => {
    using repository = temporaryRepository({ files: { 'a.ts': 'a\n' } })
    const context = toolContext(repository, { packages: openInstalledPackages(join(import.meta.dirname, '../..')) })
    const ask = async (input: Record<string, unknown>) => (await readDocs.run(readDocs.input.parse(input), context)).text
    expect(await ask({ package: 'zod', symbol: 'strictObject' })).toContain('export declare function strictObject')
    expect(await ask({ package: 'commander', symbol: 'Command.parseAsync' })).toContain('parseAsync(')
  })
})
