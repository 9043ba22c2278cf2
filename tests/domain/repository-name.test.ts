import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseRemote, parseRepository } from '../../src/domain/repository-name.ts'

it.each([
  ['https://github.com/octo/shop.git', 'octo/shop', 'github.com'],
  ['https://github.com/octo/shop', 'octo/shop', 'github.com'],
  ['https://user:token@GitHub.com/octo/shop.git/', 'octo/shop', 'github.com'],
  ['http://ghe.example:8080/octo/shop.js', 'octo/shop.js', 'ghe.example'],
  ['ssh://git@github.com/octo/shop.git', 'octo/shop', 'github.com'],
  ['ssh://git@ssh.github.com:443/octo/shop.git', 'octo/shop', 'ssh.github.com'],
  ['git@github.com:octo/shop.git', 'octo/shop', 'github.com'],
  ['github.com:octo/shop', 'octo/shop', 'github.com'],
  ['org-123@ghe.example:/octo/shop.git', 'octo/shop', 'ghe.example'],
  ['git://github.com/octo/shop', 'octo/shop', 'github.com'],
])('reads %s', (url, repository, host) => {
  expect(parseRemote(url)).toEqual({ repository, host })
})

it.each([
  '/srv/git/shop.git',
  '../shop',
  'file:///srv/octo/shop',
  'C:\\octo\\shop',
  'C:/octo/shop',
  'https://github.com/shop',
  'https://github.com/a/b/c',
  'ext::sh -c octo/shop',
  '',
  'https://evil.example/../..',
])('reads no repository in %j', (url) => expect(parseRemote(url)).toBeNull())

it('reads only names that fit into a path', () => {
  expect([
    parseRepository('a/b'),
    parseRepository('a'),
    parseRepository('a/b/c'),
    parseRepository('../b'),
    parseRepository('a/..'),
    parseRepository('a b/c'),
  ]).toEqual(['a/b', null, null, null, null, null])
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseRepository(text) ?? 'a/b').toMatch(/^[\w.-]+\/[\w.-]+$/)
      expect(parseRemote(text)?.host ?? 'a').toMatch(/^[\w.-]+$/)
    }),
  )
})
