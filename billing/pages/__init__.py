"""The salon's pages of its plan, use, invoices and costs, and the operators' page of all of them."""
