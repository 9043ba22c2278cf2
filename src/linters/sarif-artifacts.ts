import type { SarifArtifactLocation, SarifRun } from './sarif-schema.ts'

const maxBases = 10

/** Finds the path that an artifact of a run has: absolute as a `file:` URI, or relative to the root; null for anything else. */
export function artifactPaths({ artifacts, originalUriBaseIds }: SarifRun): (location: SarifArtifactLocation | undefined) => string | null {
  return (location) => {
    const own = location?.uri === undefined ? artifacts[location?.index ?? -1]?.location : location
    if (own?.uri === undefined) return null
    const uri = withBases(own.uri, own.uriBaseId, originalUriBaseIds)
    return uri === null ? null : pathOf(uri)
  }
}

/** Bases may stand on bases; one without a URI is the root, by every convention. */
function withBases(uri: string, baseId: string | undefined, bases: SarifRun['originalUriBaseIds']): string | null {
  let [whole, id] = [uri, baseId]
  for (let depth = 0; id !== undefined && !hasScheme(whole); depth++) {
    if (depth === maxBases) return null
    const base = Object.hasOwn(bases, id) ? bases[id] : undefined
    if (base?.uri !== undefined) whole = base.uri.endsWith('/') ? base.uri + whole : `${base.uri}/${whole}`
    id = base?.uriBaseId
  }
  return whole
}

const hasScheme = (uri: string) => /^[a-z][a-z\d+.-]*:/i.test(uri)

/** A relative path is taken as it is where it is not encoded properly; some tools write paths instead of URIs. */
function pathOf(uri: string): string | null {
  if (/^file:/i.test(uri)) return uri
  if (hasScheme(uri) || uri.startsWith('//')) return null
  const path = uri.replace(/[?#].*$/s, '')
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
