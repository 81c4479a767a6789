"""Words with a capital that name neither a product nor an organisation, and some that do.

Closed lists, pure data. They hold what any English text may hold; nothing here was taken from a
labelled text.
"""

from __future__ import annotations

CALENDAR = """january february march april may june july august september october november
 december monday tuesday wednesday thursday friday saturday sunday christmas easter halloween
 ramadan lent diwali hanukkah spring summer autumn winter""".split()
LANGUAGES = """english french german spanish italian portuguese dutch swedish norwegian danish
 finnish polish czech russian ukrainian greek latin turkish arabic hebrew hindi urdu bengali
 chinese mandarin cantonese japanese korean thai vietnamese welsh irish scottish gaelic breton
 basque catalan hungarian romanian bulgarian serbian croatian estonian latvian lithuanian
 icelandic swahili american british european african asian indian canadian australian mexican
 brazilian swiss belgian austrian californian victorian parisian esperanto""".split()
PLACES = """london paris berlin munich hamburg vienna rome milan madrid barcelona lisbon
 amsterdam brussels dublin edinburgh glasgow cardiff manchester leeds york bristol oxford
 cambridge bath brighton liverpool sheffield norwich exeter reading swindon derby england
 scotland wales ireland britain uk eu us usa america europe asia africa australia canada mexico
 brazil china india japan korea germany france spain italy portugal greece poland norway sweden
 denmark finland iceland switzerland austria russia ukraine turkey egypt israel kenya nigeria
 singapore tokyo beijing shanghai delhi mumbai sydney melbourne toronto montreal vancouver
 chicago boston seattle austin texas california nevada oregon florida york jersey zealand
 washington francisco angeles mars moon earth geneva zurich basel prague warsaw budapest athens
 oslo stockholm copenhagen helsinki thames atlantic pacific alps valley silicon""".split()
PEOPLE = """adam alan alex alice amy andrew anna anne anthony ben betty bob brian carol charles
 charlie chris claire dan daniel dave david diana ed edward ella ellen emily emma eric eve fiona
 frank fred george grace greta hannah harry helen henry ian ivan jack james jane jean jenny jim
 joan joe john jonas julia karen kate kevin laura leo lily linda lisa louis lucy luke maria
 marie mark martha martin mary matt max maya michael mike nancy nick nina olga oliver omar oscar
 otto paul peter priya rachel rob robert rosa ruth sally sam sarah simon sofia sophie steve
 susan tim tom tony vera victor will william wilma yusuf zoe mr mrs ms dr prof sir lord lady
 saint st aunt uncle god jesus shakespeare kafka darwin turing moore amdahl conway occam pareto
 goodhart bayes""".split()
SYSTEMS = """windows macos mac linux ubuntu debian fedora unix bsd freebsd android ios ipados
 chromeos posix dos""".split()
TECHNIQUES = """python rust go java javascript typescript ruby perl php swift kotlin scala
 haskell erlang elixir lua julia matlab fortran cobol pascal lisp scheme prolog sql bash zsh
 powershell html css json yaml toml xml csv tsv pdf markdown latex tex unicode ascii utf parquet
 avro protobuf graphql rest grpc http https smtp imap oauth saml ssh tls ssl tcp udp dns mqtt
 websocket websockets wifi bluetooth usb hdmi ethernet onnx gguf safetensors wasm webassembly
 lora qlora rlhf dpo rag moe mixture experts transformer transformers mp3 mp4 wav png jpeg jpg
 svg gif docx xlsx epub zip tar gzip regex crdt ram vram gpu gpus cpu cpus npu tpu gb mb ssd usd
 eur gbp llm llms sdk cli ide ui ux api apis pr ceo cto cfo faq tv url id sla ocr tts asr ml nlp
 mtok ktok kpi roi saas gdpr hipaa soc iso covid boolean kanban agile scrum
 postgresql-wire""".split()
LICENCES = """mit apache gpl lgpl agpl bsd mpl cc by nc sa nd gplv2 gplv3 agplv3 lgplv3 isc
 unlicense wtfpl eupl bsl busl sspl creative commons gnu licence license public
 domain mozilla""".split()
LABELS = """ship skip free paid pro plus basic starter premium business enterprise team teams
 hobby personal standard growth scale open source internet web wiki ok okay yes no hello dear
 sunday world year data day state government parliament court nature bank sons next back cancel
 save send enter escape tab shift print undo redo settings help home file edit version chapter
 page step part level figure table day week tier phase stage generation layer grade type class
 room floor article section annex appendix note task issue ticket build release ctrl cmd alt esc
 submit start stop delete builder skeptic sceptic futurist founder""".split()
FUNCTION = """a an the this that these those it its he she they we you i me my mine your our
 their his her one two three four five six seven eight nine ten eleven twelve twenty thirty
 forty fifty sixty hundred thousand million and or but nor so yet for of in on at by to from
 with without within into onto over under above below after before since until till during
 through throughout between among against around about across along beside besides beyond behind
 near off out up down as if then else when where why how what who whom whose which while whereas
 because although though unless whether there here now never always often once twice again still
 just only even also too not no none nobody nothing nowhere everybody everyone everything
 everywhere somebody someone something somewhere anybody anyone anything any some all both each
 every either neither other another such same more most less least much many few several enough
 very quite rather almost nearly is are was were be been being am do does did done have has had
 having can could will would shall should may might must ought let lets please thanks thank
 unlike like despite except instead per than via versus plus minus maybe perhaps otherwise
 meanwhile however therefore thus hence moreover furthermore indeed first second third last next
 finally later soon eventually today tomorrow yesterday tonight half double whatever whoever
 whenever wherever sometimes usually mostly probably certainly good bad better worse best worst
 new old big small great nice fine cheap dear fast slow quick pretty plain simple hard easy
 early late full empty open closed free right wrong true false look see use try take give get
 make keep put buy sell ask tell say think know want need like love hate wait watch read write
 run walk call name note mind skip ship press click""".split()
ORGANISATIONS = ("AWS", "IBM", "AMD", "SAP", "NASA", "CERN", "BBC", "NHS", "HP", "LG", "VMS", "ARM")
"""Organisations whose name is capitals alone; other such words are taken for techniques."""

NOT_NAMES = frozenset(
    (*CALENDAR, *LANGUAGES, *PLACES, *PEOPLE, *SYSTEMS, *TECHNIQUES, *LICENCES, *LABELS, *FUNCTION)
)
"""Words that by themselves name nothing that is looked for; nor do their plurals."""
COMMON = frozenset(FUNCTION)
"""Words that stand at the head of any sentence."""
EDITIONS = frozenset(
    "pro plus basic premium business enterprise team teams lite mini max ultra studio small medium"
    " large tiny nano one free online cloud desktop mobile open preview turbo flash edge standard"
    " personal home".split()
)
"""Words with a capital that carry on a name."""
