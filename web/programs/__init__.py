"""What programs ask of the archive: everything a page for people says, in forms of theirs.

plugin     which address is answered by what   addresses  absolute addresses
entities   JSON at each entity's address       shapes     what it holds, field by field
csv_files  tables and queries as CSV           csv_asked  what such a file holds
csv_rows   a row as a line of it               csv_reading  its bytes, within bounds
feeds      Atom where things are listed        sitemaps   every page that may be listed
signposts  robots.txt, llms.txt, OpenSearch    xml_texts  texts and addresses in XML
openapi    all of this described for programs
mcp_plugin  the MCP endpoint, if installed     mcp_tools  what it answers
mcp_shapes  and in what shape                  whole_tool  all of a tool at once
"""
