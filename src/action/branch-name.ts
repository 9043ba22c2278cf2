/** Characters and sequences that git allows in no name of a ref; `:` and `*` would mean something in a refspec. */
const forbidden = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|(?:^|\/)\.|\.lock(?:\/|$)|^\/|[/.]$/u

/** Whether a text can be the name of a branch, whatever else it looks like: `--upload-pack=x` and `$(x)` can. */
export const isBranchName = (text: string): boolean => text !== '' && text !== '@' && text.length <= 1000 && !forbidden.test(text)
