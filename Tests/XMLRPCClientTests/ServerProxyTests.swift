import Testing
import XMLRPC
