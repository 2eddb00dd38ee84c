"""Primary B: therapy guided by tumour molecular characteristics (SAP 14.2.2)."""
