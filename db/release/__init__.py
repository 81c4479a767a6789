"""A published database as a release: a folder of files in other people's formats.

release    the whole of it, in one line      writing    its files
editions   which edition it is               folder     whether one is as it was made
sqlite     its own database                  optouts    texts left out for opt-outs
sentences  what a release of facts lacks     tables     what it holds, told from the models
changes    rows that appeared or vanished
arrow      rows as batches                   csv, jsonl  a table in these forms
about      what it says of itself            datapackage, croissant, crate  for machines
citation   how to cite it                    papers     README, datasheet, changelog, licence
"""

from db.release.folder import release_problems
from db.release.release import export
