extension ReferencePage {
    /// The page's style, in light and dark.
    static let style = """
        :root { --ink: #1d232b; --soft: #5a6572; --line: #d9dee4; --back: #fff; --tint: #f4f6f8; --link: #0b5cad; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e4e8ec; --soft: #9aa5b1; --line: #343b44; --back: #14181d; --tint: #1d2329; --link: #7db8f5; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; display: grid; grid-template-columns: 16rem minmax(0, 1fr); color: var(--ink);
          background: var(--back); font: 16px/1.55 system-ui, sans-serif; }
        nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem; font-size: .875rem;
          border-right: 1px solid var(--line); }
        nav h2 { font-size: .8rem; margin: 1.2rem 0 .3rem; color: var(--soft); border: 0; padding: 0; }
        nav ul { list-style: none; margin: 0; padding: 0; }
        nav li { padding: .1rem 0; }
        main { padding: 2rem; max-width: 60rem; }
        h1 { margin: 0; }
        h2 { margin: 3rem 0 1rem; padding-top: 1rem; border-top: 2px solid var(--line); }
        h3 { margin: 0 0 .3rem; }
        h4 { margin: 1.2rem 0 .3rem; }
        section { padding: 1.5rem 0; border-bottom: 1px solid var(--line); }
        .lead { font-size: 1.15rem; color: var(--soft); margin-top: .3rem; }
        .route b, .s2, .s3 { color: var(--link); }
        .open, .caption { color: var(--soft); font-size: .85rem; }
        a { color: var(--link); text-decoration: none; }
        a:hover { text-decoration: underline; }
        code, pre { font: .875em/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
        pre { background: var(--tint); padding: .8rem 1rem; overflow-x: auto; border-radius: .4rem; overflow-wrap: normal; }
        table { width: 100%; border-collapse: collapse; font-size: .9rem; margin: .5rem 0; }
        th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; font-weight: normal;
          border-top: 1px solid var(--line); }
        th { width: 11rem; }
        td p { margin: 0; }
        td th, td .type { width: 8rem; }
        .type { width: 14rem; color: var(--soft); overflow-wrap: anywhere; }
        details { margin: .3rem 0; }
        summary { cursor: pointer; }
        @media (max-width: 50rem) {
          body { display: block; }
          nav { position: static; height: auto; border: 0; }
          main { padding: 1rem; }
          table, tbody, tr, th, td { display: block; width: auto; }
          td { border: 0; }
        }
        """
}
