extension Report {
    /// The looks, by light and by dark. Texts have a contrast of at least 4.5 to 1, lines of figures 3 to 1.
    static let style: Markup = """
        :root { color-scheme: light dark; --page: #ffffff; --text: #1b1e24; --quiet: #545b68; --line: #d4d8df; --soft: #f3f5f8;
          --c0: #1d5fbf; --c1: #b04a0a; --c2: #0d7550; --c3: #86308c; --wait: #6a7280; --alarm: #b0241b; }
        @media (prefers-color-scheme: dark) { :root { --page: #14171c; --text: #e8eaef; --quiet: #aab1bd; --line: #3b424e; --soft: #1d2128;
          --c0: #7db0ff; --c1: #ffab70; --c2: #5ed2a4; --c3: #e29ceb; --wait: #959dab; --alarm: #ff9187; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 1200px; padding: 16px; background: var(--page); color: var(--text);
          font: 16px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
        h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0; }
        h2 { font-size: 1.3rem; margin: 2.5rem 0 .25rem; padding-top: 1rem; border-top: 1px solid var(--line); }
        h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
        .question { font-size: 1.1rem; font-weight: 600; margin: .25rem 0 .75rem; }
        .quiet { color: var(--quiet); }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .75rem 0; }
        dt { color: var(--quiet); } dd { margin: 0; min-width: 0; }
        pre { background: var(--soft); border: 1px solid var(--line); border-radius: 4px; padding: .6rem .8rem; margin: .5rem 0;
          white-space: pre-wrap; overflow-wrap: anywhere; font: .9rem/1.4 ui-monospace, monospace; }
        .scroll { overflow-x: auto; margin: 1rem 0; border: 1px solid var(--line); border-radius: 4px; }
        table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
        caption { text-align: left; padding: .5rem .6rem; color: var(--quiet); }
        th, td { padding: .35rem .5rem; text-align: left; white-space: nowrap; border-top: 1px solid var(--line); }
        thead th { font-weight: 600; background: var(--soft); }
        .number { text-align: right; }
        tbody th { font-weight: 600; position: sticky; left: 0; background: var(--page); }
        .figures { display: grid; margin-top: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 430px), 1fr)); gap: 1.5rem 2rem; }
        figure { margin: 0; min-width: 0; max-width: 560px; }
        figcaption { font-weight: 600; font-size: .95rem; margin-bottom: .35rem; }
        svg { display: block; width: 100%; height: auto; }
        svg text { font: 12px system-ui, sans-serif; fill: var(--text); }
        svg .small { fill: var(--quiet); } svg .alarm { fill: var(--alarm); font-weight: 600; } svg .value { font-weight: 600; }
        .grid { stroke: var(--line); stroke-width: 1; }
        .waiting { stroke: var(--wait); stroke-width: 2; stroke-dasharray: 4 3; }
        .served { fill: var(--c0); }
        .left { stroke: var(--alarm); stroke-width: 2.5; fill: none; }
        .bar { fill: var(--c0); } .bar.reference { fill: url(#hatch); stroke: var(--c1); stroke-width: 1; }
        .curve { fill: none; stroke-width: 2; }
        .curve.c0 { stroke: var(--c0); } .curve.c1 { stroke: var(--c1); stroke-dasharray: 7 3; }
        .curve.c2 { stroke: var(--c2); stroke-dasharray: 2 3; } .curve.c3 { stroke: var(--c3); stroke-dasharray: 9 3 2 3; }
        .mark.c0 { fill: var(--c0); } .mark.c1 { fill: var(--c1); } .mark.c2 { fill: var(--c2); }
        .ring.c3 { fill: var(--page); stroke: var(--c3); stroke-width: 2; }
        .hatch { stroke: var(--c1); stroke-width: 3; }
        """
}
