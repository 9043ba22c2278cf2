import type { Environment } from '../../config/environment.ts'

/** What must not leave with a report that somebody posts. */
export interface Private {
  /** Folders, each with what stands for it. */
  folders: readonly (readonly [path: string, name: string])[]
  /** Names of the user, the machine and its servers. */
  names: readonly (readonly [name: string, standIn: string])[]
  /** Keys, tokens and passwords. */
  secrets: readonly string[]
}

const secretName = /TOKEN|SECRET|PASS|CREDENTIAL|AUTH|COOKIE|SESSION|(?:^|_)(?:API_?)?KEYS?(?:_|$)/i
/** Shorter values are words such as `1` or `none`, and would take half of the text with them. */
const leastSecret = 5
/** Shapes of keys that are told without their variable. */
const knownKeys = /\b(?:hf_|sk-|ghp_|gho_|ghs_|github_pat_|xox[abp]-|glpat-|AKIA|AIza|eyJ)[\w.-]{8,}/g
const credentials = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi
const query = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s?#]*)[?#][^\s'"`)]*/gi

/** Values of variables whose names say that they are secret. */
export function secretsIn(environment: Environment, more: readonly string[] = []): string[] {
  const named = Object.entries(environment).filter(([name]) => secretName.test(name) || more.includes(name))
  return named.flatMap(([, value = '']) => [value, value.trim()]).filter((value) => value.length >= leastSecret)
}

/** The text without what is private: longest first, so that no part of a longer value remains. */
export function redact(text: string, { folders, names, secrets }: Private): string {
  const standIns: [string, string][] = [
    ...secrets.map((secret): [string, string] => [secret, '[secret]']),
    ...folders
      .filter(([path]) => path.length > 1)
      .flatMap(([path, name]): [string, string][] => [
        [path, name],
        [path.replaceAll('\\', '/'), name],
      ]),
  ]
  const hidden = standIns
    .toSorted(([a], [b]) => b.length - a.length)
    .reduce((rest, [value, standIn]) => (value === '' ? rest : rest.replaceAll(value, standIn)), text)
  const anonymous = names
    .filter(([name]) => name.length > 1)
    .toSorted(([a], [b]) => b.length - a.length)
    .reduce((rest, [name, standIn]) => rest.replaceAll(wholeWord(name), standIn), hidden)
  return anonymous.replaceAll(credentials, '$1[hidden]@').replaceAll(query, '$1?[hidden]').replaceAll(knownKeys, '[secret]')
}

function wholeWord(name: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped(name)}(?![\\p{L}\\p{N}])`, 'giu')
}

/** With the flag `u` only these may be escaped. */
const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
