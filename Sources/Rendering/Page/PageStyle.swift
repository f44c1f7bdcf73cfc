/// The style sheet of static pages. Colours are the variables of `ColorRole`, light and dark; sides are logical, so that
/// right-to-left pages need no rules of their own.
enum PageStyle {
    static let text = """
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--body);font:15px/1.5 Inter,"Noto Sans",system-ui,-apple-system,\
        "Segoe UI",Roboto,"Noto Sans Arabic",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
        h1,h2,h3,p,figure,dl,dd{margin:0}
        a{color:var(--accent);text-underline-offset:2px}
        :focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:2px}
        .skip{position:absolute;inset-inline-start:-9999px}
        .skip:focus{inset-inline-start:12px;top:12px;z-index:2;background:var(--paper);padding:8px 12px;border-radius:6px}
        .band{background:var(--band);color:var(--band-text);padding:22px max(20px,calc(50vw - 540px)) 26px}
        .band .who{display:flex;align-items:center;gap:12px;flex-wrap:wrap;font-weight:600;font-size:14px}
        .band .logo{width:34px;height:34px;border-radius:7px;background:var(--band-text);color:var(--band);display:grid;\
        place-items:center;font-weight:700;font-size:15px;overflow:hidden;flex:none}
        .band .logo img{max-width:26px;max-height:26px;display:block}
        .band .name{flex:1 1 12em;min-width:0}
        .pill{background:var(--band-pill);border-radius:99px;padding:4px 13px;font-size:12.5px;font-weight:500;\
        display:inline-flex;align-items:center;gap:8px}
        .pill::before{content:"";flex:none;width:7px;height:7px;border-radius:50%;background:var(--pill-complete)}
        .pill.partial::before{background:var(--pill-partial)}
        .band h1{margin-top:16px;font:600 clamp(24px,3.4vw,34px)/1.15 "Inter Display",Inter,"Noto Sans Arabic",system-ui,\
        sans-serif;letter-spacing:-.012em;text-wrap:balance}
        .band .line{margin-top:6px;color:var(--band-mute);font-size:13.5px}
        main,.foot{max-width:1120px;margin:0 auto;padding:24px 20px 0}
        .headline{font:500 clamp(18px,2.1vw,22px)/1.35 "Inter Display",Inter,"Noto Sans Arabic",system-ui,sans-serif;\
        color:var(--ink);max-width:44em;text-wrap:pretty;margin-bottom:22px}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(168px,100%),1fr));gap:14px}
        .tile{background:var(--panel);border-radius:8px;padding:14px 16px 15px;min-width:0}
        .tile .top{display:flex;justify-content:space-between;gap:10px;align-items:flex-start}
        .tile h2{font-size:13px;font-weight:500;color:var(--mute)}
        .tile .spark{flex:none;width:64px}
        .tile .spark svg{width:64px;height:20px;display:block}
        .tile .value{margin-top:4px;font:600 28px/1.2 "Inter Display",Inter,"Noto Sans Arabic",system-ui,sans-serif;\
        color:var(--ink);letter-spacing:-.01em}
        .tile .value.none{color:var(--mute)}
        .tile .delta{margin-top:4px;font-size:13px;font-weight:600}
        .tile .base{font-weight:400;color:var(--mute)}
        .good{color:var(--good)}.bad{color:var(--bad)}.flat{color:var(--mute)}
        .part{margin-top:34px}
        .part>h2{font:600 22px/1.25 "Inter Display",Inter,"Noto Sans Arabic",system-ui,sans-serif;color:var(--ink);\
        letter-spacing:-.01em;padding-top:14px;border-top:1px solid var(--rule);text-wrap:balance}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:8px 32px}
        figure,.table{margin-top:26px;min-width:0}
        h3{font-size:16.5px;line-height:1.3;font-weight:600;color:var(--ink);text-wrap:balance}
        .sub{font-size:13px;color:var(--mute);margin-top:3px}
        .plot{position:relative;margin-top:10px}
        .plot svg{width:100%;height:auto;display:block;overflow:visible}
        .plot .narrow{display:none}
        .pair .wide svg{max-width:600px}.plot .narrow svg{max-width:470px}
        .tip{position:absolute;pointer-events:none;background:var(--ink);color:var(--paper);font-size:12.5px;line-height:1.4;\
        border-radius:6px;padding:6px 10px;top:0;transform:translate(-50%,-8px);white-space:pre-line;max-width:240px;z-index:1}
        .cross{stroke:var(--ink);stroke-width:.7;stroke-dasharray:2 2}
        .tip[hidden]{display:none}
        details{margin-top:8px;font-size:13px}
        summary{cursor:pointer;color:var(--mute);width:fit-content;padding:2px 0}
        .scroll{overflow-x:auto;margin-top:8px}
        table{width:100%;border-collapse:collapse;font-size:14px}
        details table{font-size:13px;width:auto;min-width:min(100%,340px)}
        caption{text-align:start;font-size:13px;color:var(--mute);padding-bottom:4px}
        thead th{font-weight:500;font-size:13px;color:var(--mute);border-bottom:1.5px solid var(--ink);vertical-align:bottom;\
        white-space:nowrap}
        th,td{padding:7px 0;padding-inline-end:18px;text-align:start;font-weight:400}
        th:last-child,td:last-child{padding-inline-end:2px}
        tbody th{font-weight:500;color:var(--ink);min-width:7em}
        tbody th,td{max-width:26em;overflow-wrap:break-word}
        tbody tr>*{border-bottom:1px solid var(--rule)}
        .n{text-align:end;white-space:nowrap}
        td{color:var(--ink)}td.none{color:var(--mute)}td.good{color:var(--good)}td.bad{color:var(--bad)}td.flat{color:var(--mute)}
        .bar{width:26%;min-width:90px}
        .bar i{display:block;height:12px;border-radius:1.5px;background:var(--cell-bar)}
        .bar i.below{background:var(--negative)}
        tfoot th,tfoot td{font-weight:600;color:var(--ink);border-top:1.5px solid var(--ink);border-bottom:0}
        .state{background:var(--panel);border-radius:8px;margin-top:10px;padding:26px 20px;text-align:center}
        .state strong{display:block;color:var(--ink)}
        .text{margin-top:14px;max-width:50em}
        .notice{background:var(--highlight);border-inline-start:4px solid var(--warn);margin-top:18px;padding:10px 16px;font-size:13px}
        .notice h2{font-size:13px;font-weight:600;color:var(--warn)}.notice p{margin-top:3px}
        .notes{background:var(--panel);border-radius:8px;margin-top:38px;padding:18px 20px 20px;display:grid;\
        grid-template-columns:repeat(auto-fit,minmax(min(260px,100%),1fr));gap:18px 30px;font-size:13px}
        .notes h2{font-size:14px;font-weight:600;color:var(--ink);margin-bottom:6px}
        .notes p+p{margin-top:6px}.notes .quiet{color:var(--mute)}
        .notes dt{font-weight:600;color:var(--ink)}.notes dd+dt{margin-top:7px}
        code{font:12.5px/1.5 "JetBrains Mono",ui-monospace,monospace;color:var(--ink);word-break:break-all}
        .files{margin-top:22px;display:flex;flex-wrap:wrap;gap:8px 10px;font-size:13.5px;align-items:baseline}
        .files h2{font-size:13.5px;font-weight:600;color:var(--ink);margin-inline-end:4px}
        .files a{border:1px solid var(--rule);border-radius:99px;padding:4px 13px;text-decoration:none}
        .files a:hover{border-color:var(--accent)}
        .foot{padding-top:16px;padding-bottom:34px;font-size:12.5px;color:var(--mute);display:flex;gap:6px 18px;flex-wrap:wrap;\
        justify-content:space-between;margin-top:26px}
        .list{list-style:none;margin:14px 0 0;padding:0}
        .list li{border-top:1px solid var(--rule);padding:15px 0;display:grid;grid-template-columns:minmax(150px,1fr) 3fr auto;\
        gap:4px 22px;align-items:baseline}
        .list a.when{font-weight:600}
        .list .status{font-size:12.5px;color:var(--mute)}
        .list .links{display:flex;gap:12px;font-size:13.5px}
        @media (max-width:640px){
        .plot .wide{display:none}.plot .narrow{display:block}
        .list li{grid-template-columns:1fr}
        .tile .value{font-size:25px}
        table{font-size:13px}th,td{padding-inline-end:12px}
        }
        @media print{
        @page{margin:14mm 12mm}
        :root{color-scheme:light}
        body{font-size:10.5pt}
        .band,.tile,.notes,.notice,.bar i,.plot svg{-webkit-print-color-adjust:exact;print-color-adjust:exact}
        .band{padding-inline:16px;border-radius:6px}
        main,.foot{padding-inline:0;max-width:none}
        figure,.tile,tr,.notes>*{break-inside:avoid}
        h2,h3{break-after:avoid}
        thead{display:table-header-group}tfoot{display:table-row-group}
        .skip,.files,details,.tip{display:none}
        .plot .wide{display:block}.plot .narrow{display:none}
        .scroll{overflow:visible}
        }
        @media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
        """
}
