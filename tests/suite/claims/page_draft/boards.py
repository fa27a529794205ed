"""Two pages of our own invention, in the two forms that pages have: with tables, and with JSON schemas."""

from __future__ import annotations

from typing import Final

LIST: Final = """\
Boards
Download API definition:
GET https://api.example.com/boards/{boardId}/pins[?colour][&$top]

Gets the pins of a board. Pins are ordered by their name.

Authentication

Requires Authorization header with valid Bearer token for scope boards.

Authorization

The calling user must be a member of the board.

Rate limits

All operations have a rate limit.

Request parameters

Name
Required?
Description
boardId
Yes

The board.

colour
No

The colour of the pins.

$top
No

How many pins to return. The maximum value is 50.

Request headers

Name
Required?
Description
Authorization
Yes

OAuth access token

Prefer
No

How much of a pin to return.

Response 200 OK

OK

json
{"pins": [{"name": "p", "colour": "Red", "size": null}], "next": "u"}

Response 404 Not Found

The board was not found.

json
{"error": {"code": "BoardNotFound", "message": "No board."}}

Response 429 Too many requests

Too many requests were sent.

Response headers

Name
Description
retry-after

Number of seconds to wait.

Pin

Name
Type
Description
name
String

The name.

colour

The colour.

size
Number, null

The size.

tags
String[]

The tags.

Pin Colour

Name
Type
Description
Red
String
Blue
String

Error

Contains error information.

Name
Type
Description
code
String

The code.

message
String

The message.

Error Response

Gives details for an error.

Name
Type
Description
error

Error information.

Was this page helpful?
"""

CHANGE: Final = """\
Changes a pin. To change a pin:
- The pin must not be locked.
- The user must have
the pins_modify
permission.
Authentication
Requires Authorization
header with valid Bearer token for scope boards
.
Request parameters
The board
The pin
Whether to tell others
Request headers
OAuth access token with boards
scope
Request body
pin-change
The new name. Must be unique to the board.
Example
{ "name": "p" }
Response 200 OK
Pin successfully changed.
{ "pin": { "name": "p" } }
Response 422 Unprocessable Entity
Invalid request to change a pin.
{ "error": { "code": "Bad", "message": "It is bad." } }
pin-change
The new name. Must be unique to the board.
{ "type": "object", "required": [ "name" ], "additionalProperties": false, "properties": {
"name": { "type": "string", "description": "The new name. Must be unique to the board." } } }
Pin Response
{ "type": "object", "required": [ "pin" ], "additionalProperties": false,
"properties": { "pin": { "$ref": "#/components/schemas/Pin" } } }
Error Response
{ "type": "object", "required": [ "error" ], "additionalProperties": false,
"properties": { "error": { "type": "object" } } }
Was this page helpful?
"""
