module example.com/orderdesk/stock

go 1.21
