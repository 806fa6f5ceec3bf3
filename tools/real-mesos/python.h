// The library is a Python 2 extension. What it wants of Python is never called here.
#pragma once
#include <cstdio>
#include <cstdlib>

#define EXPORT extern "C" __attribute__((visibility("default")))
#define PYTHON(name) \
  EXPORT void name() { std::fprintf(stderr, "unexpected call of " #name "\n"); std::abort(); }

PYTHON(PyArg_ParseTuple) PYTHON(PyDict_GetItemString) PYTHON(PyErr_Format) PYTHON(PyErr_Occurred)
PYTHON(PyErr_Print) PYTHON(PyEval_InitThreads) PYTHON(PyEval_RestoreThread) PYTHON(PyEval_SaveThread)
PYTHON(PyGILState_Ensure) PYTHON(PyGILState_Release) PYTHON(PyImport_ImportModule) PYTHON(PyInt_FromLong)
PYTHON(PyIter_Next) PYTHON(PyList_GetItem) PYTHON(PyList_New) PYTHON(PyList_SetItem) PYTHON(PyList_Size)
PYTHON(PyModule_AddObject) PYTHON(PyModule_GetDict) PYTHON(PyObject_CallMethod) PYTHON(PyObject_GetIter)
PYTHON(PyString_AsStringAndSize) PYTHON(PyType_Ready) PYTHON(Py_InitModule4_64)

extern "C" {
__attribute__((visibility("default"))) char PyExc_Exception[256], PyExc_TypeError[256], _Py_NoneStruct[256];
}
