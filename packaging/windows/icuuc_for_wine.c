/* icuuc.dll is a part of Windows 10 that wine lacks. Qt asks it only for text codecs that it has none of its own for,
   so that answers of "there is none" are enough for trying the program in wine. It is never shipped. */
#define NOTHING(name) __declspec(dllexport) void *name(void) { return 0; }
#define FAILING(name) __declspec(dllexport) void *name(void *a, void *b) { (void)a; if (b) *(int *)b = 4; return 0; }

FAILING(ucnv_open)
FAILING(ucnv_getName)
FAILING(ucnv_getStandardName)
NOTHING(ucnv_close)
NOTHING(ucnv_reset)
NOTHING(ucnv_getMaxCharSize)
NOTHING(ucnv_getToUCallBack)
NOTHING(ucnv_getFromUCallBack)
NOTHING(ucnv_setToUCallBack)
NOTHING(ucnv_setFromUCallBack)
NOTHING(ucnv_toUnicode)
NOTHING(ucnv_fromUnicode)
NOTHING(ucnv_toUCountPending)
NOTHING(ucnv_fromUCountPending)
NOTHING(ucnv_cbToUWriteUChars)
NOTHING(ucnv_cbFromUWriteUChars)
NOTHING(ucnv_getAvailableName)
NOTHING(ucnv_countAvailable)
NOTHING(UCNV_FROM_U_CALLBACK_SUBSTITUTE)
NOTHING(UCNV_TO_U_CALLBACK_SUBSTITUTE)
