#include "CExpat.h"
#include "CLateLibrary.h"

#define LATE_LIBRARY "libexpat.so.1"

LATE(const XML_LChar *, XML_ExpatVersion, (void))

LATE(XML_Parser, XML_ParserCreate, (const XML_Char *encoding), encoding)
LATE(XML_Bool, XML_ParserReset, (XML_Parser parser, const XML_Char *encoding), parser, encoding)
LATE(enum XML_Status, XML_Parse, (XML_Parser parser, const char *text, int length, int is_final), parser, text, length, is_final)
LATE(enum XML_Error, XML_GetErrorCode, (XML_Parser parser), parser)
LATE(const XML_LChar *, XML_ErrorString, (enum XML_Error code), code)
LATE(XML_Index, XML_GetCurrentByteIndex, (XML_Parser parser), parser)
LATE(void, XML_ParserFree, (XML_Parser parser), parser)
LATE(void, XML_SetUserData, (XML_Parser parser, void *data), parser, data)
LATE(void, XML_SetElementHandler, (XML_Parser parser, XML_StartElementHandler start, XML_EndElementHandler end),
     parser, start, end)
LATE(void, XML_SetCharacterDataHandler, (XML_Parser parser, XML_CharacterDataHandler handler), parser, handler)
